internal import Platform

extension Name {
    init(parsing reader: inout ByteReader) throws(FormatError) {
        let start = reader.offset
        guard let name = Name(try reader.string("name", limit: Name.maximumBytes)) else {
            throw .badField(field: "name", offset: start)
        }
        self = name
    }
}

extension ObjectKind {
    init(parsing reader: inout ByteReader) throws(FormatError) {
        let start = reader.offset
        guard let kind = ObjectKind(rawValue: try reader.uint8()) else {
            throw .badField(field: "object kind", offset: start)
        }
        self = kind
    }
}

/// Layout: kind (1 byte: 0 store, 5 job, else ``ObjectKind``); the job's name, but for the store's object;
/// the digest, or the generation of a point (8 bytes).
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
        default: throw .badField(field: "object kind", offset: start)
        }
    }
}

/// Layout: job, level (1 byte), 1 and the generation (8 bytes) or 0, seed (8 bytes).
extension CheckRequest {
    func encode(into writer: inout ByteWriter) {
        writer.string(job.description)
        writer.uint8(level.rawValue)
        writer.uint8(generation == nil ? 0 : 1)
        if let generation { writer.uint64(generation) }
        writer.uint64(seed)
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
        self.init(job: job, generation: generation, level: level, seed: try reader.uint64())
    }
}
