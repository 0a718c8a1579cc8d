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
