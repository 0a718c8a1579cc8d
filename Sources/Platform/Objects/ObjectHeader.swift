/// The 48 bytes that open every object.
///
/// Layout (docs/format/store.md, section 2): 0..<4 `HREP`, 4..<8 type, 8..<10 format version, 10..<16 zero,
/// 16..<32 job id, 32..<48 store id.
package struct ObjectHeader: Equatable, Sendable {
    package static let byteCount = 48
    package static let magic = Array("HREP".utf8)
    /// The newest format this program reads and the one it writes.
    package static let version = 1

    package let type: ObjectType
    /// Zero in the store's own object.
    package let job: Identifier
    /// Zero in packs, maps and signatures, which are the same bytes in every store.
    package let store: Identifier

    package init(_ type: ObjectType, job: Identifier, store: Identifier = .zero) {
        self.type = type
        self.job = job
        self.store = store
    }

    /// Reads a header and refuses another type or a newer version.
    package init(parsing bytes: [UInt8], expecting expected: ObjectType) throws(FormatError) {
        var reader = ByteReader(bytes)
        guard try reader.take(array: 4) == Self.magic else {
            throw .wrongType(expected: expected.name, found: "something else than an object")
        }
        let letters = String(decoding: try reader.take(array: 4), as: UTF8.self)
        let version = Int(try reader.uint16())
        guard letters == expected.rawValue else {
            throw .wrongType(
                expected: expected.name, found: ObjectType(rawValue: letters)?.name ?? "an unknown type")
        }
        guard version == Self.version else { throw .unsupportedVersion(found: version, newest: Self.version) }
        guard try reader.take(array: 6).allSatisfy({ $0 == 0 }) else {
            throw .badField(field: "reserved", offset: 10)
        }
        type = expected
        job = try reader.identifier()
        store = try reader.identifier()
    }

    package var encoded: [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.append(Self.magic)
        writer.append(Array(type.rawValue.utf8))
        writer.uint16(UInt16(Self.version))
        writer.append([UInt8](repeating: 0, count: 6))
        writer.append(job)
        writer.append(store)
        return writer.bytes
    }
}

/// The type of an object: four ASCII letters after the magic (docs/format/store.md, section 2).
package enum ObjectType: String, Sendable, CaseIterable {
    case store = "STOR"
    case job = "JOBS"
    case pack = "PACK"
    case map = "MAPS"
    case index = "INDX"
    case point = "POIN"
    case note = "NOTE"
    case tomb = "TOMB"
    case signature = "SIGN"

    package var name: String {
        switch self {
        case .store: "store"
        case .job: "job"
        case .pack: "pack"
        case .map: "map"
        case .index: "index"
        case .point: "point"
        case .note: "note"
        case .tomb: "tomb"
        case .signature: "signature"
        }
    }
}

/// The 64 bytes that end every object.
///
/// Layout (docs/format/store.md, section 2): 0..<4 `HEND`, 4..<8 zero, 8..<16 offset of the last section,
/// 16..<24 length of the whole object, 24..<32 zero, 32..<64 digest.
package struct ObjectTrailer: Equatable, Sendable {
    package static let byteCount = 64
    package static let magic = Array("HEND".utf8)
    /// Bytes of the trailer that stand before the digest.
    package static let headBytes = 32

    package let lastSection: Int
    package let length: Int
    package let digest: Digest256

    package init(parsing bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        guard try reader.take(array: 4) == Self.magic, try reader.uint32() == 0 else {
            throw .badField(field: "trailer", offset: 0)
        }
        lastSection = try reader.length("last section")
        length = try reader.length("object length")
        guard try reader.uint64() == 0 else { throw .badField(field: "reserved", offset: 24) }
        digest = try reader.digest()
        try reader.finish()
    }

    /// The trailer without its digest.
    package static func head(lastSection: Int, length: Int) -> [UInt8] {
        var writer = ByteWriter(capacity: headBytes)
        writer.append(magic)
        writer.uint32(0)
        writer.uint64(lastSection)
        writer.uint64(length)
        writer.uint64(0)
        return writer.bytes
    }
}
