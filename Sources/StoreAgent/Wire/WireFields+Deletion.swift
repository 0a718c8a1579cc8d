internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Layout: job, string maker, flags (1 byte: 1 a trial, 2 more than half may go, 4 the clock is trusted), varint items; for each
/// the generation (8 bytes), the digest or zero, string reason.
extension ForgetRequest {
    private static let maximumTextBytes = Tombstone.maximumTextBytes

    func encode(into writer: inout ByteWriter) {
        writer.string(job.description)
        writer.string(maker.truncated(toUTF8: Self.maximumTextBytes))
        writer.uint8((isTrial ? 1 : 0) | (mayTakeMany ? 2 : 0) | (trustsClock ? 4 : 0))
        writer.varint(items.count)
        for item in items {
            writer.uint64(item.generation)
            writer.optional(item.digest)
            writer.string(item.reason.truncated(toUTF8: 64))
        }
    }

    init(parsing reader: inout ByteReader) throws(FormatError) {
        let job = try Name(parsing: &reader)
        let maker = try reader.string("maker", limit: Self.maximumTextBytes)
        let start = reader.offset
        let flags = try reader.uint8()
        guard flags < 8 else { throw .badField(field: "flags", offset: start) }
        var items: [Item] = []
        for _ in 0..<(try reader.varint("items", limit: Self.maximumItems)) {
            let generation = try reader.uint64()
            let digest = try reader.optionalDigest()
            items.append(
                Item(
                    generation: generation, digest: digest,
                    reason: try reader.string("reason", limit: Self.maximumTextBytes)))
        }
        self.init(job: job, items: items, maker: maker)
        isTrial = flags & 1 != 0
        mayTakeMany = flags & 2 != 0
        trustsClock = flags & 4 != 0
    }
}

/// Layout: job, string maker, flags (1 byte: 1 a trial), seconds in the trash (8 bytes), percent of waste (4 bytes), varint
/// points to take back, 8 bytes each.
extension CollectRequest {
    static let maximumRecalled = 1024

    func encode(into writer: inout ByteWriter) {
        writer.string(job.description)
        writer.string(maker.truncated(toUTF8: Tombstone.maximumTextBytes))
        writer.uint8(isTrial ? 1 : 0)
        writer.uint64(UInt64(max(0, graceSeconds)))
        writer.uint32(UInt32(clamping: wastePercent))
        writer.varint(min(recalled.count, Self.maximumRecalled))
        for generation in recalled.prefix(Self.maximumRecalled) { writer.uint64(generation) }
    }

    init(parsing reader: inout ByteReader) throws(FormatError) {
        self.init(
            job: try Name(parsing: &reader),
            maker: try reader.string("maker", limit: Tombstone.maximumTextBytes))
        let start = reader.offset
        let flags = try reader.uint8()
        guard flags < 2 else { throw .badField(field: "flags", offset: start) }
        isTrial = flags == 1
        graceSeconds = Int64(try reader.length("grace", limit: 1 << 40))
        wastePercent = Int(try reader.uint32())
        for _ in 0..<(try reader.varint("points", limit: Self.maximumRecalled)) {
            recalled.append(try reader.uint64())
        }
    }
}

/// Layout: job, string maker, flags (1 byte: 1 a trial, 2 pinned points may go).
extension DropRequest {
    func encode(into writer: inout ByteWriter) {
        writer.string(job.description)
        writer.string(maker.truncated(toUTF8: Tombstone.maximumTextBytes))
        writer.uint8((isTrial ? 1 : 0) | (takesPinned ? 2 : 0))
    }

    init(parsing reader: inout ByteReader) throws(FormatError) {
        self.init(
            job: try Name(parsing: &reader),
            maker: try reader.string("maker", limit: Tombstone.maximumTextBytes))
        let start = reader.offset
        let flags = try reader.uint8()
        guard flags < 4 else { throw .badField(field: "flags", offset: start) }
        isTrial = flags & 1 != 0
        takesPinned = flags & 2 != 0
    }
}

extension WireAnswer {
    static func encode(_ report: DropReport) -> [UInt8] {
        var writer = ByteWriter()
        for count in [report.points, report.files, report.bytes] { writer.varint(count) }
        return writer.bytes
    }

    static func parseDropReport(_ bytes: [UInt8]) throws(FormatError) -> DropReport {
        var reader = ByteReader(bytes)
        let report = DropReport(
            points: try reader.varint("points"), files: try reader.varint("files"),
            bytes: try reader.varint("bytes"))
        try reader.finish()
        return report
    }

    static func encode(_ report: ForgetReport) -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(report.forgotten.count)
        for generation in report.forgotten { writer.uint64(generation) }
        writer.varint(report.kept.count)
        for kept in report.kept {
            writer.uint64(kept.generation)
            writer.string(kept.reason.truncated(toUTF8: 256))
        }
        return writer.bytes
    }

    static func parseForgetReport(_ bytes: [UInt8]) throws(FormatError) -> ForgetReport {
        var reader = ByteReader(bytes)
        var report = ForgetReport()
        for _ in 0..<(try reader.varint("points", limit: ForgetRequest.maximumItems)) {
            report.forgotten.append(try reader.uint64())
        }
        for _ in 0..<(try reader.varint("points", limit: ForgetRequest.maximumItems)) {
            report.kept.append(
                .init(
                    generation: try reader.uint64(),
                    reason: PrintableText.of(try reader.string("reason", limit: maximumTextBytes))))
        }
        try reader.finish()
        return report
    }

    static func encode(_ report: CollectReport) -> [UInt8] {
        var writer = ByteWriter()
        for path in CollectReport.counts { writer.varint(report[keyPath: path]) }
        return writer.bytes
    }

    static func parseCollectReport(_ bytes: [UInt8]) throws(FormatError) -> CollectReport {
        var reader = ByteReader(bytes)
        var report = CollectReport()
        for path in CollectReport.counts { report[keyPath: path] = try reader.varint("count") }
        try reader.finish()
        return report
    }
}

extension CollectReport {
    /// In the order in which they are sent.
    fileprivate static var counts: [WritableKeyPath<Self, Int>] {
        [
            \.points, \.packs, \.packBytes, \.liveBytes, \.deadObjects, \.deadBytes, \.thinnedPacks,
            \.thinnedBytes,
            \.packsLeftForSpace, \.returnedObjects, \.sweptFiles, \.sweptBytes, \.trashBytes,
        ]
    }
}
