package import Platform

extension MapSegment {
    /// Entries or fingerprints in every section of their kind but the last.
    private static let itemsPerSection = 65_536
    private static let maximumOffset = 1 << 60
    /// Fewest bytes of an entry that refers to a record: six varints.
    private static let minimumEntryBytes = 6

    /// The segment's bytes (docs/format/map.md, section 2).
    package func encoded(job: Identifier) -> [UInt8] {
        var frames = FrameList()
        for entry in entries {
            if case .record(let frame, _, _, _) = entry.source { _ = frames.position(of: frame) }
        }
        var object = ObjectBuilder(ObjectHeader(.map, job: job))
        object.section("FRMS", .mandatory, encodedFrames(frames))
        for start in stride(from: 0, to: entries.count, by: Self.itemsPerSection) {
            let part = entries[start..<min(start + Self.itemsPerSection, entries.count)]
            object.section("ENTS", [.mandatory, .isPrivate], Self.encode(part, &frames))
        }
        object.section("RUNS", [.mandatory, .isPrivate], encodedRuns)
        var prints = ByteWriter()
        for run in runs {
            guard case .blocks(let list) = run.source else { continue }
            for print in list {
                prints.append(print)
                if prints.count == Self.itemsPerSection * Fingerprint.byteCount {
                    object.section("FPRT", [.mandatory, .isPrivate], prints.bytes)
                    prints = ByteWriter()
                }
            }
        }
        if prints.count > 0 { object.section("FPRT", [.mandatory, .isPrivate], prints.bytes) }
        return object.finish()
    }

    package init(parsing bytes: [UInt8], job: Identifier) throws(FormatError) {
        let object = try ParsedObject(
            parsing: bytes, expecting: .map, known: ["FRMS", "ENTS", "RUNS", "FPRT"])
        guard object.header.job == job else { throw .badField(field: "job id", offset: 16) }
        var publicPart = try object.section("FRMS")
        let frames = try FrameList(parsing: &publicPart).frames
        var entries: [MapEntry] = []
        var prints: [Fingerprint] = []
        for section in object.sections {
            var reader = ByteReader(section.content)
            switch section.tag {
            case "ENTS": try Self.parse(&reader, frames, into: &entries)
            case "FPRT": while !reader.isAtEnd { prints.append(try reader.fingerprint()) }
            default: break
            }
        }
        var runReader = try object.section("RUNS")
        self.init(entries: entries, runs: try Self.parseRuns(&runReader, prints[...]))
    }

    /// The frames and records a segment refers to, from its public part alone.
    package static func references(
        parsing bytes: [UInt8], job: Identifier
    ) throws(FormatError) -> [FrameID: Set<Int>] {
        let object = try ParsedObject(
            parsing: bytes, expecting: .map, known: ["FRMS", "ENTS", "RUNS", "FPRT"])
        guard object.header.job == job else { throw .badField(field: "job id", offset: 16) }
        var reader = try object.section("FRMS")
        let frames = try FrameList(parsing: &reader).frames
        var found: [FrameID: Set<Int>] = [:]
        // Every record referred to has an entry, so that few bytes cannot name a great many of them.
        var left = bytes.count / minimumEntryBytes
        for frame in frames {
            let start = reader.offset
            let bitmap = try reader.take(array: try reader.varint("bitmap", limit: Frame.maximumRecords / 8))
            var records: Set<Int> = []
            for (index, byte) in bitmap.enumerated() {
                for bit in 0..<8 where byte >> UInt8(bit) & 1 == 1 { records.insert(index * 8 + bit) }
            }
            guard records.count <= left else { throw .badField(field: "bitmap", offset: start) }
            left -= records.count
            found[frame] = records
        }
        try reader.finish()
        return found
    }

    /// ``FrameList``, then a bitmap of records for each frame: varint bytes, bit r of byte r/8 first.
    private func encodedFrames(_ frames: FrameList) -> [UInt8] {
        let references = references
        var writer = ByteWriter()
        frames.encode(into: &writer)
        for frame in frames.frames {
            let records = references[frame] ?? []
            var bitmap = [UInt8](repeating: 0, count: (records.max() ?? -1) / 8 + 1)
            for record in records { bitmap[record / 8] |= 1 << UInt8(record % 8) }
            writer.varint(bitmap.count)
            writer.append(bitmap)
        }
        return writer.bytes
    }

    private static func encode(_ entries: ArraySlice<MapEntry>, _ frames: inout FrameList) -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(entries.count)
        var previousEnd = 0
        for entry in entries {
            writer.varint(entry.offset - previousEnd)
            writer.varint(entry.length)
            previousEnd = entry.end
            switch entry.source {
            case .zero: writer.varint(0)
            case .record(let frame, let record, let offset, let depth):
                writer.varint(frames.position(of: frame) + 1)
                writer.varint(record)
                writer.varint(offset)
                writer.varint(depth)
            }
        }
        return writer.bytes
    }

    private static func parse(
        _ reader: inout ByteReader, _ frames: [FrameID], into entries: inout [MapEntry]
    ) throws(FormatError) {
        let count = try reader.varint("entries", limit: min(itemsPerSection, reader.remaining))
        var previousEnd = 0
        let floor = entries.last?.end ?? 0
        for _ in 0..<count {
            let start = reader.offset
            let offset = previousEnd + (try reader.varint("entry offset", limit: maximumOffset))
            let length = try reader.varint("entry length", limit: maximumOffset)
            guard offset >= floor, length > 0, offset <= maximumOffset else {
                throw .badField(field: "entry", offset: start)
            }
            previousEnd = offset + length
            let frame = try reader.varint("frame", limit: frames.count)
            guard frame > 0 else {
                entries.append(MapEntry(offset: offset, length: length, source: .zero))
                continue
            }
            let record = try reader.varint("record", limit: Frame.maximumRecords - 1)
            let recordOffset = try reader.varint("record offset", limit: Record.maximumBytes)
            let depth = try reader.varint("depth", limit: 255)
            guard length <= Record.maximumBytes - recordOffset else {
                throw .badField(field: "entry", offset: start)
            }
            entries.append(
                MapEntry(
                    offset: offset, length: length,
                    source: .record(
                        frame: frames[frame - 1], record: record, offset: recordOffset, depth: depth)))
        }
        try reader.finish()
    }

    private var encodedRuns: [UInt8] {
        var writer = ByteWriter()
        writer.varint(runs.count)
        var previousEnd = 0
        for run in runs {
            writer.varint(run.offset - previousEnd)
            writer.varint(run.length)
            writer.varint(run.blockSize)
            previousEnd = run.end
            switch run.source {
            case .zero: writer.varint(0)
            case .blocks: writer.varint(1)
            case .moved(let from):
                writer.varint(2)
                writer.varint(from)
            }
        }
        return writer.bytes
    }

    private static func parseRuns(
        _ reader: inout ByteReader, _ prints: ArraySlice<Fingerprint>
    ) throws(FormatError) -> [FingerprintRun] {
        var prints = prints
        var runs: [FingerprintRun] = []
        let count = try reader.varint("runs", limit: reader.remaining)
        var previousEnd = 0
        for _ in 0..<count {
            let start = reader.offset
            let offset = previousEnd + (try reader.varint("run offset", limit: maximumOffset))
            let length = try reader.varint("run length", limit: maximumOffset)
            let blockSize = try reader.varint("block size", limit: Record.maximumBytes)
            guard length > 0, blockSize > 0, offset <= maximumOffset else {
                throw .badField(field: "run", offset: start)
            }
            previousEnd = offset + length
            let blocks = (length - 1) / blockSize + 1
            let source: FingerprintRun.Source
            switch try reader.varint("run kind", limit: 2) {
            case 0: source = .zero
            case 1:
                guard blocks <= prints.count else { throw .badField(field: "fingerprints", offset: start) }
                source = .blocks(prints.prefix(blocks))
                prints = prints.dropFirst(blocks)
            default: source = .moved(from: try reader.varint("source", limit: maximumOffset))
            }
            runs.append(FingerprintRun(offset: offset, length: length, blockSize: blockSize, source: source))
        }
        try reader.finish()
        guard prints.isEmpty else { throw .trailingBytes(count: prints.count * Fingerprint.byteCount) }
        return runs
    }
}
