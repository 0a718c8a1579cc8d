package import Platform

/// When a store received a point or a note: 80 bytes behind the object, added by the store's side.
///
/// Layout (docs/format/point.md, section 3): 0..<4 `HRCV`, 4..<8 version 1, 8..<16 time in nanoseconds,
/// 16..<48 SHA-256 of the object, 48..<80 SHA-256 of bytes 0..<48.
package struct Receipt: Equatable, Sendable {
    package static let byteCount = 80
    /// Bytes that stand before the digest and are covered by it.
    private static let coveredBytes = 48
    private static let magic = Array("HRCV".utf8)

    package let received: Timestamp
    package let object: Digest256

    package init(received: Timestamp, object: Digest256) {
        self.received = received
        self.object = object
    }

    package var encoded: [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.append(Self.magic)
        writer.uint32(1)
        writer.uint64(UInt64(bitPattern: received.nanoseconds))
        writer.append(object)
        writer.append(SHA256Hasher.hash(writer.bytes.span))
        return writer.bytes
    }

    package init(parsing bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        guard try reader.take(array: 4) == Self.magic, try reader.uint32() == 1 else {
            throw .badField(field: "receipt", offset: 0)
        }
        received = Timestamp(nanoseconds: Int64(bitPattern: try reader.uint64()))
        object = try reader.digest()
        let digest = try reader.digest()
        try reader.finish()
        guard digest == SHA256Hasher.hash(bytes.span.extracting(0..<Self.coveredBytes)) else {
            throw .digestMismatch(of: "receipt")
        }
    }

    /// Splits a file into the object and its receipt, and checks that they belong together.
    package static func split(_ file: [UInt8]) throws(FormatError) -> (object: [UInt8], receipt: Receipt) {
        guard file.count > byteCount else {
            throw .truncated(offset: file.count, needed: byteCount, available: file.count)
        }
        let object = Array(file.dropLast(byteCount))
        let receipt = try Receipt(parsing: Array(file.suffix(byteCount)))
        guard SHA256Hasher.hash(object.span) == receipt.object else {
            throw .digestMismatch(of: "object before the receipt")
        }
        return (object, receipt)
    }
}
