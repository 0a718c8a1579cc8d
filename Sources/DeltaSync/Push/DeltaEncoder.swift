internal import DequeModule
internal import Image
package import OffsiteStore
package import Platform

/// Ships the blocks of an image that its base does not have, and says where everything is now.
package struct DeltaEncoder: ~Copyable {
    private let image: ShippedImage
    private let base: BaseImage?
    /// The base's map, as one layer.
    private let baseEntries: [MapEntry]
    private let carriesMapOn: Bool
    private let fingerprinter: Fingerprinter
    private let writer: FrameWriter
    private let workers: OrderedWorkers<EncodingWork, EncodingWork.Outcome>
    /// Records under way at once: bounds memory, and keeps every worker busy while one record is sent.
    private static let mostUnderWay = 4 * EncodingWork.threads
    private var entries: [MapEntry] = []
    /// Where in `entries` the records under way belong, oldest first.
    private var places: Deque<Int> = []
    private var runs: [FingerprintRun] = []
    /// A run of fingerprints that may go on.
    private var open: (offset: Int, length: Int, blockSize: Int)?
    private var fingerprints: [Fingerprint] = []
    /// Blocks without a base, waiting to become one plain record.
    private var pending: (offset: Int, bytes: [UInt8]) = (0, [])
    private var changedBlocks = 0

    package init(
        _ image: ShippedImage, base: BaseImage?, baseEntries: [MapEntry], carriesMapOn: Bool,
        fingerprinter: Fingerprinter, level: Int, into writer: FrameWriter
    ) throws(SyncError) {
        self.image = image
        self.base = base
        self.baseEntries = baseEntries
        self.carriesMapOn = carriesMapOn
        self.fingerprinter = fingerprinter
        self.writer = writer
        workers = EncodingWork.workers(level: level)
    }

    /// Goes through the whole image once.
    ///
    /// - Returns: The layer that turns the base's map into the image's, and how many blocks there are and
    ///   how many were shipped.
    package consuming func run(
        _ progress: (_ doneBytes: Int) -> Void
    ) throws(SyncError) -> (MapSegment, Point.Counts) {
        let plan = DeltaPlan(
            from: base?.signature, to: image.signature, carriesMapOn: carriesMapOn)
        var counts = Point.Counts()
        counts.blocks = image.signature.layout.blockCount
        var pass = self
        try plan.forEachStep { (step) throws(SyncError) in
            try pass.take(step)
            progress(step.end)
        }
        try pass.flushPending()
        while pass.workers.underWay > 0 { try pass.emitOldest() }
        pass.closeRun()
        counts.changedBlocks = pass.changedBlocks
        return (MapSegment(entries: pass.entries, runs: pass.runs), counts)
    }

    private mutating func take(_ step: DeltaStep) throws(SyncError) {
        switch step {
        case .unchanged: break
        case .moved(let range, let from, let blockSize):
            try flushPending()
            try move(range, from: from)
            add(range, blockSize, .moved(from: from))
        case .adopted(let range, let from, let blockSize, let fingerprint):
            try flushPending()
            try move(range, from: from)
            add(range, blockSize, fingerprint)
        case .zero(let range, let blockSize):
            try flushPending()
            entries.append(MapEntry(offset: range.lowerBound, length: range.count, source: .zero))
            add(range, blockSize, .zero)
        case .changed(let range, let blockSize, let fingerprint, let base):
            changedBlocks += 1
            let bytes = try read(range, fingerprint)
            if let base, let (old, slices, depth) = try oldContent(base, block: range.lowerBound / blockSize)
            {
                try flushPending()
                try encode(
                    EncodingWork(
                        bytes: bytes, offset: range.lowerBound,
                        base: .init(old: old, slices: slices, depth: depth)))
            } else {
                try append(bytes, at: range.lowerBound)
            }
            add(range, blockSize, fingerprint)
        }
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

    /// What a block replaces, and where a store has it; nil when a plain record is due or the only way.
    private func oldContent(
        _ block: DeltaStep.BaseBlock, block number: Int
    ) throws(SyncError) -> (old: [UInt8], slices: [Record.Slice], depth: Int)? {
        let (found, gaps) = Layer.parts(of: baseEntries, in: block.range)
        guard gaps.isEmpty, found.count <= Record.maximumSlices else { return nil }
        var slices: [Record.Slice] = []
        var depth = 0
        for entry in found {
            guard case .record(let frame, let record, let offset, let entryDepth) = entry.source else {
                return nil
            }
            slices.append(Record.Slice(frame: frame, record: record, offset: offset, length: entry.length))
            depth = max(depth, entryDepth + 1)
        }
        guard depth <= RecordEncoder.baseDepth + number % 8, let file = base?.file,
            let old = try? file.bytes(at: block.range.lowerBound, count: block.range.count),
            fingerprinter.fingerprint(old.span) == block.fingerprint
        else { return nil }
        return (old, slices, depth)
    }

    private mutating func append(_ bytes: [UInt8], at offset: Int) throws(SyncError) {
        if pending.offset + pending.bytes.count != offset
            || pending.bytes.count + bytes.count > Record.maximumBytes
        {
            try flushPending()
        }
        if pending.bytes.isEmpty { pending.offset = offset }
        pending.bytes.append(contentsOf: bytes)
    }

    private mutating func flushPending() throws(SyncError) {
        guard !pending.bytes.isEmpty else { return }
        try encode(EncodingWork(bytes: pending.bytes, offset: pending.offset, base: nil))
        pending.bytes.removeAll(keepingCapacity: true)
    }

    /// Gives a record to the workers, and keeps its place in the map.
    private mutating func encode(_ work: EncodingWork) throws(SyncError) {
        if workers.underWay >= Self.mostUnderWay { try emitOldest() }
        places.append(entries.count)
        entries.append(MapEntry(offset: work.offset, length: work.bytes.count, source: .zero))
        workers.give(work)
    }

    /// Ships the record that was given first, once it is there.
    private mutating func emitOldest() throws(SyncError) {
        guard let outcome = workers.take(), let place = places.popFirst() else { return }
        let (record, payload, depth) = try outcome.get()
        let (frame, number) = try syncing { () throws(StoreError) in try writer.append(record, payload) }
        entries[place] = MapEntry(
            offset: record.imageOffset, length: record.length,
            source: .record(frame: frame, record: number, offset: 0, depth: depth))
    }

    /// Entries for bytes that only moved: where the base has them.
    private mutating func move(_ range: Range<Int>, from: Int) throws(SyncError) {
        let (found, gaps) = Layer.parts(of: baseEntries, in: from..<from + range.count)
        guard gaps.isEmpty else {
            throw .damaged("the base's map says nothing about byte \(gaps[0].lowerBound)")
        }
        for entry in found {
            entries.append(entry.moved(by: range.lowerBound - from, keeping: entry.offset..<entry.end))
        }
    }

    private mutating func add(_ range: Range<Int>, _ blockSize: Int, _ fingerprint: Fingerprint) {
        if let open, open.offset + open.length == range.lowerBound, open.blockSize == blockSize,
            open.length % blockSize == 0
        {
            self.open?.length += range.count
        } else {
            closeRun()
            open = (range.lowerBound, range.count, blockSize)
        }
        fingerprints.append(fingerprint)
    }

    private mutating func add(_ range: Range<Int>, _ blockSize: Int, _ source: FingerprintRun.Source) {
        closeRun()
        runs.append(
            FingerprintRun(
                offset: range.lowerBound, length: range.count, blockSize: blockSize, source: source))
    }

    private mutating func closeRun() {
        guard let run = open.take() else { return }
        runs.append(
            FingerprintRun(
                offset: run.offset, length: run.length, blockSize: run.blockSize,
                source: .blocks(exchange(&fingerprints, with: [])[...])))
    }
}

extension DeltaStep {
    /// Where in the new image the step ends.
    package var end: Int {
        switch self {
        case .unchanged(let range), .moved(let range, _, _), .adopted(let range, _, _, _),
            .zero(let range, _), .changed(let range, _, _, _):
            range.upperBound
        }
    }
}
