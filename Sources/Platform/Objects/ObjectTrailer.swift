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
