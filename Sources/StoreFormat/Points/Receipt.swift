package import Platform

/// When a store received a point or a note, and from whom: bytes after the object, added by the store's side.
///
/// Layout (docs/format/point.md, section 3). Version 1, 80 bytes, where nobody is known: 0..<4 `HRCV`, 4..<8 version,
/// 8..<16 time in nanoseconds, 16..<48 SHA-256 of the object, 48..<80 SHA-256 of what is before it. Version 2 has between
/// the last two the maker, its length in 4 bytes, and `HRCM`, so that a reader finds its start from its end.
package struct Receipt: Equatable, Sendable {
    /// Of version 1.
    package static let byteCount = 80
    /// Of version 2 with the longest maker.
    package static let maximumBytes = byteCount + tailBytes + Maker.maximumBytes
    /// Bytes before the maker, or before the digest where there is none.
    private static let headBytes = 48
    /// The length of the maker, and the mark after it.
    private static let tailBytes = 8
    private static let magic = Array("HRCV".utf8)
    private static let mark = Array("HRCM".utf8)

    package let received: Timestamp
    package let object: Digest256
    /// Nil where the store's side knew nobody.
    package let maker: Maker?

    package init(received: Timestamp, object: Digest256, maker: Maker? = nil) {
        self.received = received
        self.object = object
        self.maker = maker
    }

    package var encoded: [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.append(Self.magic)
        writer.uint32(maker == nil ? 1 : 2)
        writer.uint64(UInt64(bitPattern: received.nanoseconds))
        writer.append(object)
        if let maker {
            let text = Array(maker.description.utf8)
            writer.append(text)
            writer.uint32(UInt32(text.count))
            writer.append(Self.mark)
        }
        writer.append(SHA256Hasher.hash(writer.bytes.span))
        return writer.bytes
    }

    package init(parsing bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        guard try reader.take(array: 4) == Self.magic else { throw .badField(field: "receipt", offset: 0) }
        let version = try reader.uint32()
        guard version == 1 || version == 2 else { throw .badField(field: "receipt", offset: 4) }
        received = Timestamp(nanoseconds: Int64(bitPattern: try reader.uint64()))
        object = try reader.digest()
        maker = version == 1 ? nil : try Self.maker(&reader)
        let end = reader.offset
        let digest = try reader.digest()
        try reader.finish()
        guard digest == SHA256Hasher.hash(bytes.span.extracting(0..<end)) else {
            throw .digestMismatch(of: "receipt")
        }
    }

    private static func maker(_ reader: inout ByteReader) throws(FormatError) -> Maker {
        let length = reader.remaining - tailBytes - Digest256.byteCount
        guard (1...Maker.maximumBytes).contains(length) else {
            throw .badField(field: "maker", offset: headBytes)
        }
        let text = try reader.take(array: length)
        guard try reader.uint32() == UInt32(length), try reader.take(array: 4) == mark,
            let maker = Maker(String(decoding: text, as: UTF8.self))
        else { throw .badField(field: "maker", offset: headBytes) }
        return maker
    }

    /// Splits a file into the object and its receipt, and checks that they belong together.
    package static func split(_ file: [UInt8]) throws(FormatError) -> (object: [UInt8], receipt: Receipt) {
        let count = try length(atEndOf: file)
        let object = Array(file.dropLast(count))
        let receipt = try Receipt(parsing: Array(file.suffix(count)))
        guard SHA256Hasher.hash(object.span) == receipt.object else {
            throw .digestMismatch(of: "object before the receipt")
        }
        return (object, receipt)
    }

    /// How long the receipt at the end of a file is.
    ///
    /// What ends like a version 2 is one only if its digest is right: the end of a version 1's digest may look like the mark.
    private static func length(atEndOf file: [UInt8]) throws(FormatError) -> Int {
        guard file.count > byteCount else {
            throw .truncated(offset: file.count, needed: byteCount, available: file.count)
        }
        let end = file.count - Digest256.byteCount
        guard file[end - 4..<end].elementsEqual(mark) else { return byteCount }
        var reader = ByteReader(Array(file[end - tailBytes..<end - 4]))
        let maker = Int(try reader.uint32())
        let count = byteCount + tailBytes + maker
        guard (1...Maker.maximumBytes).contains(maker), count < file.count else { return byteCount }
        let start = file.count - count
        let digest = SHA256Hasher.hash(file.span.extracting(start..<end))
        return digest.bytes.elementsEqual(file[end...]) ? count : byteCount
    }
}

/// Who made a point or a note, as the store's side knows it: the name of `serve --as`, or the fingerprint of a key.
///
/// A client has no say in it. Where a store has no agent, or its agent knows nobody, nobody is recorded.
package struct Maker: Hashable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 128
    package let description: String

    /// Nil for what is no such text: 1 to 128 bytes of printable ASCII without spaces.
    package init?(_ text: String) {
        let units = text.utf8
        guard (1...Self.maximumBytes).contains(units.count), units.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        description = text
    }

    package init(_ name: Name) { description = name.description }

    /// The first public key in the file that sshd's `ExposeAuthInfo` leaves, as OpenSSH prints fingerprints: `SHA256:…`.
    ///
    /// Nil where it names none.
    package init?(authenticationInfo text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ")
            guard words.count >= 3, words[0] == "publickey", let key = Base64.decode(words[2]) else {
                continue
            }
            self.init("SHA256:" + Base64.encode(SHA256Hasher.hash(key.span).bytes, padded: false))
            return
        }
        return nil
    }
}
