internal import OffsiteStore
package import Platform
package import StoreFormat

extension Name {
    init(parsing reader: inout ByteReader) throws(FormatError) {
        let start = reader.offset
        guard let name = Name(try reader.string("name", limit: Name.maximumBytes)) else {
            throw .badField(field: "name", offset: start)
        }
        self = name
    }
}

extension NoteID {
    init(parsing reader: inout ByteReader) throws(FormatError) {
        let start = reader.offset
        guard let id = NoteID(rawValue: try reader.uint64()) else {
            throw .badField(field: "note id", offset: start)
        }
        self = id
    }
}

extension ObjectKind {
    init(parsing reader: inout ByteReader) throws(FormatError) {
        let start = reader.offset
        guard let kind = ObjectKind(rawValue: try reader.uint8()), kind != .tombstone else {
            throw .badField(field: "object kind", offset: start)
        }
        self = kind
    }
}

/// Layout: kind (1 byte: 0 store, 5 job, else ``ObjectKind``); the job's name, but for the store's object;
/// the digest, the generation of a point or the id of a note (8 bytes).
extension ObjectKey {
    private static let storeKind: UInt8 = 0
    private static let jobKind: UInt8 = 5

    func encode(into writer: inout ByteWriter) {
        switch self {
        case .store: writer.uint8(Self.storeKind)
        case .job(let job):
            writer.uint8(Self.jobKind)
            writer.string(job.description)
        case .pack(let job, let name): Self.encode(.pack, job, name, &writer)
        case .map(let job, let name): Self.encode(.map, job, name, &writer)
        case .index(let job, let name): Self.encode(.index, job, name, &writer)
        case .point(let job, let generation):
            writer.uint8(ObjectKind.point.rawValue)
            writer.string(job.description)
            writer.uint64(generation)
        case .note(let job, let id):
            writer.uint8(ObjectKind.note.rawValue)
            writer.string(job.description)
            writer.uint64(id.rawValue)
        // No agent has it in its protocol: it answers that the key is malformed.
        case .tombstone: writer.uint8(ObjectKind.tombstone.rawValue)
        }
    }

    private static func encode(
        _ kind: ObjectKind, _ job: Name, _ name: Digest256, _ writer: inout ByteWriter
    ) {
        writer.uint8(kind.rawValue)
        writer.string(job.description)
        writer.append(name)
    }

    init(parsing reader: inout ByteReader) throws(FormatError) {
        let start = reader.offset
        let letter = try reader.uint8()
        switch letter {
        case Self.storeKind: self = .store
        case Self.jobKind: self = .job(try Name(parsing: &reader))
        case ObjectKind.pack.rawValue: self = .pack(try Name(parsing: &reader), try reader.digest())
        case ObjectKind.map.rawValue: self = .map(try Name(parsing: &reader), try reader.digest())
        case ObjectKind.index.rawValue: self = .index(try Name(parsing: &reader), try reader.digest())
        case ObjectKind.point.rawValue: self = .point(try Name(parsing: &reader), try reader.uint64())
        case ObjectKind.note.rawValue: self = .note(try Name(parsing: &reader), try NoteID(parsing: &reader))
        default: throw .badField(field: "object kind", offset: start)
        }
    }
}

/// Layout: job, level (1 byte), 1 and the generation (8 bytes) or 0, seed (8 bytes); at the level of a part its arc's
/// start and length (8 bytes each) and seconds (4 bytes, 0 for no limit).
extension CheckRequest {
    func encode(into writer: inout ByteWriter) {
        writer.string(job.description)
        writer.uint8(level.rawValue)
        writer.uint8(generation == nil ? 0 : 1)
        if let generation { writer.uint64(generation) }
        writer.uint64(seed)
        guard let part else { return }
        writer.uint64(part.arc.start)
        writer.uint64(part.arc.length)
        writer.uint32(UInt32(clamping: part.seconds ?? 0))
    }

    init(parsing reader: inout ByteReader) throws(FormatError) {
        let job = try Name(parsing: &reader)
        let start = reader.offset
        guard let level = Level(rawValue: try reader.uint8()) else {
            throw .badField(field: "level", offset: start)
        }
        var generation: UInt64?
        switch try reader.uint8() {
        case 0: break
        case 1: generation = try reader.uint64()
        default: throw .badField(field: "generation", offset: start + 1)
        }
        let seed = try reader.uint64()
        guard level == .part else {
            self.init(job: job, generation: generation, level: level, seed: seed)
            return
        }
        let arc = DigestRange(start: try reader.uint64(), length: try reader.uint64())
        let seconds = Int(try reader.uint32())
        guard generation == nil, seed == 0, arc.length > 0 else {
            throw .badField(field: "part", offset: start)
        }
        self.init(job: job, part: Part(arc: arc, seconds: seconds == 0 ? nil : seconds))
    }
}

/// Layout: job, the pack's name, the frame's id, u64 offset and u32 length of the frame in the pack, varint
/// records; for each varint number (after the first: how much above the one before, less one), varint ranges,
/// for each range varint distance from the end of the one before and varint length.
extension RecordRequest {
    package func encode(into writer: inout ByteWriter) {
        writer.string(job.description)
        writer.append(pack)
        place.frame.encode(into: &writer)
        writer.uint64(place.offset)
        writer.uint32(UInt32(place.length))
        writer.varint(wanted.count)
        var next = 0
        for record in wanted {
            writer.varint(record.number - next)
            next = record.number + 1
            writer.varint(record.ranges.count)
            var end = 0
            for range in record.ranges {
                writer.varint(range.lowerBound - end)
                writer.varint(range.count)
                end = range.upperBound
            }
        }
    }

    package init(parsing reader: inout ByteReader) throws(FormatError) {
        let job = try Name(parsing: &reader)
        let pack = try reader.digest()
        let frame = try FrameID(parsing: &reader)
        let offset = try reader.length("offset", limit: ReadLimit.maximumOffset)
        let length = Int(try reader.uint32())
        guard length <= ReadLimit.bytes else {
            throw .overLimit(field: "length", value: UInt64(length), limit: UInt64(ReadLimit.bytes))
        }
        let count = try reader.varint("records", limit: min(Frame.maximumRecords, reader.remaining))
        var wanted: [Wanted] = []
        var next = 0
        var rangesLeft = Self.maximumRanges
        for _ in 0..<count {
            let number = next + (try reader.varint("record", limit: Frame.maximumRecords - 1))
            guard number < Frame.maximumRecords else {
                throw .badField(field: "record", offset: reader.offset)
            }
            next = number + 1
            let rangeCount = try reader.varint("ranges", limit: rangesLeft)
            rangesLeft -= rangeCount
            var ranges: [Range<Int>] = []
            var end = 0
            for _ in 0..<rangeCount {
                let start = end + (try reader.varint("range", limit: Record.maximumBytes - end))
                let bytes = try reader.varint("range length", limit: Record.maximumBytes - start)
                guard bytes > 0 else { throw .badField(field: "range length", offset: reader.offset) }
                end = start + bytes
                ranges.append(start..<end)
            }
            wanted.append(Wanted(number: number, ranges: ranges))
        }
        // The number of its records stands in the frame itself.
        let place = PackFooter.Entry(frame: frame, offset: offset, length: length, records: 0)
        self.init(job: job, pack: pack, place: place, wanted: wanted)
    }
}
