internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Collects what one point of a ``StoreFixture`` changes, and makes its objects.
struct ShipmentPlan: ~Copyable {
    private let push: UInt64
    private let job: JobObject
    private var image: [UInt8]
    /// The map so far, newest first.
    private let oldMap: [MapSegment]
    private var builders: [FrameBuilder] = []
    private var entries: [MapEntry] = []
    private var runs: [FingerprintRun] = []
    private var compressor: Compressor
    private let fingerprinter: Fingerprinter
    private static let recordsPerFrame = 4
    private static let framesPerPack = 3
    private static let blockSize = StoreFixture.blockSize

    private let isSet: Bool

    init(push: UInt64, old: [UInt8], oldMap: [MapSegment], job: JobObject, isSet: Bool) {
        self.push = push
        self.isSet = isSet
        self.job = job
        self.oldMap = oldMap
        image = old
        fingerprinter = Fingerprinter(secret: job.secret)
        do throws(CompressionError) { compressor = try Compressor(level: 3) } catch {
            preconditionFailure("no memory for zstd")
        }
    }

    mutating func zero(_ block: Int) {
        place(block, [UInt8](repeating: 0, count: Self.blockSize))
        entries.append(MapEntry(offset: block * Self.blockSize, length: Self.blockSize, source: .zero))
        runs.append(
            FingerprintRun(
                offset: block * Self.blockSize, length: Self.blockSize, blockSize: Self.blockSize,
                source: .zero
            ))
    }

    mutating func plain(_ block: Int, _ content: [UInt8], isStored: Bool) throws {
        let payload = isStored ? content : try compressor.compress(content.span)
        append(block, content, payload, isStored ? .stored : .zstd, [], depth: 0)
    }

    /// A delta against what the block was; plain when it was zero.
    mutating func delta(_ block: Int, _ content: [UInt8]) throws {
        let range = block * Self.blockSize..<(block + 1) * Self.blockSize
        // A block is changed as a whole: the newest segment that has any of it has all of it.
        let parts = try oldMap.lazy.map { try $0.entries.parts(in: range).found }.first { !$0.isEmpty } ?? []
        guard parts.count == 1, case .record(let frame, let record, let offset, let depth) = parts[0].source
        else {
            try plain(block, content, isStored: false)
            return
        }
        let payload = try compressor.compress(content.span, prefix: image[range].span)
        append(
            block, content, payload, .delta,
            [Record.Slice(frame: frame, record: record, offset: offset, length: Self.blockSize)],
            depth: depth + 1)
    }

    private mutating func append(
        _ block: Int, _ content: [UInt8], _ payload: [UInt8], _ codec: Record.Codec,
        _ base: [Record.Slice], depth: Int
    ) {
        if builders.last.map({ $0.records.count >= Self.recordsPerFrame }) ?? true {
            builders.append(FrameBuilder(FrameID(push: push, counter: UInt64(builders.count))))
        }
        place(block, content)
        let record = Record(
            codec: codec, imageOffset: block * Self.blockSize, length: Self.blockSize,
            storedBytes: payload.count, base: base)
        let number = builders[builders.count - 1].append(record, payload: payload)
        entries.append(
            MapEntry(
                offset: block * Self.blockSize, length: Self.blockSize,
                source: .record(
                    frame: builders[builders.count - 1].id, record: number, offset: 0, depth: depth)))
        runs.append(
            FingerprintRun(
                offset: block * Self.blockSize, length: Self.blockSize, blockSize: Self.blockSize,
                source: .blocks([fingerprinter.fingerprint(content.span)])))
    }

    private mutating func place(_ block: Int, _ content: [UInt8]) {
        let start = block * Self.blockSize
        if start == image.count {
            image.append(contentsOf: content)
        } else {
            image.replaceSubrange(start..<start + Self.blockSize, with: content)
        }
    }

    /// Makes the objects; a stack of three segments becomes one.
    consuming func finish(
        parent: StoredPoint?, segments: [Point.Segment]
    ) throws -> StoreFixture.Shipment {
        let layout = try isSet ? Self.layout(image.count) : Self.rawLayout(image.count)
        var point = Point(
            generation: (parent?.point.generation ?? 0) + 1,
            parent: parent.map { Point.Reference(generation: $0.point.generation, digest: $0.digest) },
            kind: .full, health: .good, sourceTime: Timestamp(seconds: 1_795_312_804), layout: layout,
            imageDigest: Self.digest(image, layout, fingerprinter), counts: Point.Counts(),
            toolVersion: "1.0", segments: segments, sourceFacts: Array("{}".utf8))
        point.counts.blocks = layout.blockCount
        point.counts.changedBlocks = entries.count
        var segment = try MapSegment.made(entries, runs, job: job.id)
        if segments.count >= 3 {
            segment = try oldMap.reduce(segment) {
                try $0.merged(over: $1, runLimit: .max, job: job.id, .memory)
            }
            point.segments = []
        }
        point.segments.insert(segment.name, at: 0)
        var shipment = StoreFixture.Shipment(segment: segment, point: point)
        shipment.image = image
        var packs: [PackIndex.Pack] = []
        for start in stride(from: 0, to: builders.count, by: Self.framesPerPack) {
            var pack = PackBuilder(job: job.id)
            var bytes: [UInt8] = []
            for builder in builders[start..<min(start + Self.framesPerPack, builders.count)] {
                let (id, count) = (builder.id, builder.records.count)
                bytes += pack.add(builder.finish(), id: id, records: count)
            }
            let (tail, name, footer) = pack.finish()
            bytes += tail
            shipment.packs.append((name, bytes))
            packs.append(PackIndex.Pack(name: name, length: bytes.count, frames: footer.entries))
            shipment.point.counts.shippedBytes += bytes.count
        }
        shipment.index = PackIndex(packs)
        return shipment
    }

    /// A head of one block and the rest.
    private static func layout(_ length: Int) throws(FormatError) -> ImageLayout {
        try ImageLayout([
            Extent(key: .init(.structure, "db.edb"), offset: 0, length: blockSize, blockSize: blockSize),
            Extent(
                key: .init(.data, "db.edb"), offset: blockSize, length: length - blockSize,
                blockSize: blockSize),
        ])
    }

    private static func rawLayout(_ length: Int) throws(FormatError) -> ImageLayout {
        try ImageLayout([Extent(key: .init(.data, ""), offset: 0, length: length, blockSize: blockSize)])
    }

    private static func digest(
        _ image: [UInt8], _ layout: ImageLayout, _ fingerprinter: Fingerprinter
    ) -> Digest256 {
        var digest = ImageDigest(layout)
        for extent in layout.extents {
            for block in 0..<extent.blockCount {
                digest.add(fingerprinter.fingerprint(image.span.extracting(extent.range(ofBlock: block))))
            }
        }
        return digest.finish()
    }
}
