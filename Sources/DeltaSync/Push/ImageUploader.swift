internal import Image
internal import Platform
internal import Restore
internal import StoreFormat

/// Ships the blocks of an image that its base does not have, and says where everything is now.
struct ImageUploader: ~Copyable {
    /// Of a range that moved, as much as is looked up in the map at once.
    private static let movedBytes = 64 << 20

    private let image: ShippedImage
    private let base: BaseImage?
    private let baseMap: LayeredMap
    private let lost: MissingRanges
    private let carriesMapOn: Bool
    private let fingerprinter: Fingerprinter
    private var records: RecordPipeline
    /// The layer that turns the base's map into the image's.
    private let map: MapSegmentWriter
    /// Blocks of the image that earlier pushes have shipped.
    private let shipped: UploadedBlocks?
    private let journal: PushJournal
    private var changes = ChangeTally()
    /// Nil where blocks that look unchanged are taken for it.
    private var comparison: FullComparison?

    /// - Parameters:
    ///   - lost: Ranges of the base whose bytes the store has lost.
    ///   - comparesFully: Compares what looks unchanged with the base byte by byte, and ships what is not.
    ///   - map: Takes the layer that turns the base's map into the image's.
    init(
        _ image: ShippedImage, base: BaseImage?, baseMap: LayeredMap, lost: MissingRanges, carriesMapOn: Bool,
        fingerprinter: Fingerprinter, level: CompressionLevel, comparesFully: Bool, shipped: UploadedBlocks?,
        into writer: FrameWriter, _ map: MapSegmentWriter, _ journal: PushJournal
    ) {
        self.shipped = shipped
        self.journal = journal
        comparison =
            comparesFully ? base?.file.map { FullComparison(image, base: $0, fingerprinter) } : nil
        self.image = image
        // A reader of its own: others go through the signature in another order.
        self.base = base.map { BaseImage(signature: $0.signature.reader(), file: $0.file) }
        self.baseMap = baseMap
        self.lost = lost
        self.map = map
        self.carriesMapOn = carriesMapOn
        self.fingerprinter = fingerprinter
        records = RecordPipeline(level, isFirst: baseMap.segments.isEmpty, into: writer, map, journal)
    }

    /// The result of uploading an image.
    struct Outcome {
        var counts = Point.Counts()
        var changes = ChangeTally()
        /// The findings of a full comparison; nil if there was none.
        var comparison: FullComparison.Result?
    }

    /// Goes through the whole image once.
    consuming func run(
        _ progress: (_ doneBytes: Int) throws(SyncError) -> Void
    ) throws(SyncError) -> Outcome {
        let plan = DeltaPlan(from: base, to: image, fingerprinter, carriesMapOn: carriesMapOn)
        var outcome = Outcome()
        outcome.counts.blocks = image.signature.layout.blockCount
        let length = image.signature.layout.length
        var pass = self
        try plan.forEachStep { (step) throws(SyncError) in
            try pass.take(step)
            try progress(step.range.upperBound)
        }
        outcome.changes = pass.changes
        outcome.counts.changedBlocks = pass.changes.blocks
        outcome.comparison = pass.comparison?.result
        outcome.changes.storedBytes = try pass.records.finish { () throws(SyncError) in try progress(length) }
        return outcome
    }

    /// - Parameter isChange: False for what the base has as well, and is shipped all the same.
    private mutating func take(_ step: DeltaStep, isChange: Bool = true) throws(SyncError) {
        switch step {
        case .unchanged(let range):
            try forEachDifference(range, from: range.lowerBound) { (_, _) throws(SyncError) in }
        case .moved(let range, let from, let blockSize):
            try forEachDifference(range, from: from) { (pass, part) throws(SyncError) in
                let place = from + part.lowerBound - range.lowerBound
                try pass.move(part, from: place)
                try pass.append(part, blockSize, .moved(from: place))
            }
        case .adopted(let range, let from, let blockSize, let fingerprint):
            guard !lost.touches(from..<from + range.count) else {
                return try take(
                    .changed(range, blockSize: blockSize, fingerprint, base: []), isChange: false)
            }
            try move(range, from: from)
            try append(range, blockSize, fingerprint)
        case .zero(let range, let blockSize, let replacedBlocks):
            changes.blocks += replacedBlocks
            try records.append(MapEntry(offset: range.lowerBound, length: range.count, source: .zero))
            try append(range, blockSize, .zero)
        case .changed(let range, let blockSize, let fingerprint, let base):
            if isChange {
                changes.blocks += 1
                changes.bytes += range.count
            }
            try append(range, blockSize, fingerprint)
            if let source = shipped?.find(range, fingerprint) {
                changes.addResumed(range.count, isChange: isChange)
                return try records.append(
                    MapEntry(offset: range.lowerBound, length: range.count, source: source))
            }
            journal.note(range, fingerprint)
            let bytes = try read(range, fingerprint)
            if let base = try oldContent(base, block: range.lowerBound / blockSize) {
                try records.append(bytes, at: range.lowerBound, base: base)
            } else {
                try records.append(bytes, at: range.lowerBound, isChange: isChange)
            }
        }
    }

    private func append(
        _ block: Range<Int>, _ blockSize: Int, _ fingerprint: Fingerprint
    ) throws(SyncError) {
        try onDisk { () throws(SystemError) in
            try map.append(block, blockSize: blockSize, fingerprint)
        }
    }

    /// Adds blocks that are zero or have moved.
    private func append(
        _ range: Range<Int>, _ blockSize: Int, _ source: FingerprintRun.Source
    ) throws(SyncError) {
        try imaging { () throws(ImageError) in
            try map.append(
                FingerprintRun(
                    offset: range.lowerBound, length: range.count, blockSize: blockSize, source: source))
        }
    }

    /// Ships the blocks of a range that only look as if the base had them at `from`, and calls `body` with what is
    /// between them: all of it, where nothing is lost or compared.
    private mutating func forEachDifference(
        _ range: Range<Int>, from: Int, _ body: (inout Self, Range<Int>) throws(SyncError) -> Void
    ) throws(SyncError) {
        let (lost, layout) = (lost, image.signature.layout)
        try lost.forEachPart(of: range, from: from, in: layout) { (part, isLost) throws(SyncError) in
            if isLost {
                try self.shipAnew(part)
            } else {
                try self.forEachDifferentContent(part, from: from + part.lowerBound - range.lowerBound, body)
            }
        }
    }

    /// Ships blocks that are where the base has them, and the store no longer.
    private mutating func shipAnew(_ range: Range<Int>) throws(SyncError) {
        var offset = range.lowerBound
        while offset < range.upperBound, let block = image.signature.layout.block(at: offset) {
            offset = block.range.upperBound
            try shipAnew(block)
        }
    }

    private mutating func shipAnew(_ block: ImageLayout.Block) throws(SyncError) {
        let blockSize = image.signature.layout.blockSize(at: block.range.lowerBound)
        let content = try imaging { () throws(ImageError) in
            try image.signature.content(ofBlock: block.number)
        }
        switch content {
        case .zero: try take(.zero(block.range, blockSize: blockSize, replacedBlocks: 0))
        case .data(let fingerprint):
            try take(
                .changed(block.range, blockSize: blockSize, fingerprint, base: []), isChange: false)
        }
    }

    private mutating func forEachDifferentContent(
        _ range: Range<Int>, from: Int, _ body: (inout Self, Range<Int>) throws(SyncError) -> Void
    ) throws(SyncError) {
        var start = range.lowerBound
        for block in try comparison?.differing(range, from: from) ?? [] {
            if start < block.range.lowerBound { try body(&self, start..<block.range.lowerBound) }
            start = block.range.upperBound
            try shipAnew(block)
        }
        if start < range.upperBound { try body(&self, start..<range.upperBound) }
    }

    private func read(_ range: Range<Int>, _ expected: Fingerprint) throws(SyncError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try image.file.bytes(at: range.lowerBound, count: range.count)
        } catch {
            guard error.isEndOfFile else { throw .system(error) }
            throw .imageChanged(path: image.file.path, offset: range.lowerBound)
        }
        guard fingerprinter.fingerprint(bytes.span) == expected else {
            throw .imageChanged(path: image.file.path, offset: range.lowerBound)
        }
        return bytes
    }

    /// The old content of a block and its place in the store; nil if a plain record is due or the only way.
    ///
    /// Zeros of the base are left out: they are in no record, and nothing is gained by them.
    private func oldContent(_ ranges: [Range<Int>], block number: Int) throws(SyncError) -> EncodingTask.Base?
    {
        guard let base else { return nil }
        var old: [UInt8] = []
        var slices: [Record.Slice] = []
        var depth = 0
        for range in ranges {
            let (found, gaps) = try baseMap.parts(in: range)
            guard gaps.isEmpty, let bytes = base.bytes(of: range, fingerprinter) else {
                continue
            }
            var parts: [Record.Slice] = []
            var partBytes: [UInt8] = []
            for entry in found {
                guard case .record(let frame, let record, let offset, let entryDepth) = entry.source else {
                    continue
                }
                parts.append(
                    Record.Slice(frame: frame, record: record, offset: offset, length: entry.length))
                let start = entry.offset - range.lowerBound
                partBytes.append(copying: bytes.span.extracting(start..<start + entry.length))
                depth = max(depth, entryDepth + 1)
            }
            guard slices.count + parts.count <= Record.maximumSlices,
                old.count + partBytes.count <= Record.maximumBytes
            else { continue }
            slices += parts
            old += partBytes
        }
        guard !slices.isEmpty, depth <= RecordEncoder.baseDepth + number % 8 else { return nil }
        return EncodingTask.Base(old: old, slices: slices, depth: depth)
    }

    /// Entries for bytes that only moved: where the base has them.
    private mutating func move(_ range: Range<Int>, from: Int) throws(SyncError) {
        for start in stride(from: from, to: from + range.count, by: Self.movedBytes) {
            let (found, gaps) = try baseMap.parts(
                in: start..<min(start + Self.movedBytes, from + range.count))
            guard gaps.isEmpty else {
                throw .damaged("the base's map says nothing about byte \(gaps[0].lowerBound)")
            }
            for entry in found {
                try records.append(
                    entry.moved(by: range.lowerBound - from, keeping: entry.offset..<entry.end))
            }
        }
    }
}
