/// Reads what ``ByteWriter`` writes, from bytes that are not trusted.
///
/// Every read is checked against the end; a failed one throws and leaves the reader unusable for more.
package struct ByteReader: Sendable {
    private let bytes: [UInt8]
    private let end: Int
    package private(set) var offset: Int

    /// - Parameter range: The part of `bytes` to read; all of it by default.
    package init(_ bytes: [UInt8], in range: Range<Int>? = nil) {
        let range = range ?? bytes.indices
        precondition(range.upperBound <= bytes.count)
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    package var remaining: Int { end - offset }
    package var isAtEnd: Bool { offset == end }

    package mutating func uint8() throws(FormatError) -> UInt8 { bytes[try take(1)] }
    package mutating func uint16() throws(FormatError) -> UInt16 {
        let start = try take(2)
        return bytes.span.uint16(at: start)
    }
    package mutating func uint32() throws(FormatError) -> UInt32 {
        let start = try take(4)
        return bytes.span.uint32(at: start)
    }
    package mutating func uint64() throws(FormatError) -> UInt64 {
        let start = try take(8)
        return bytes.span.uint64(at: start)
    }

    /// A 64-bit length or offset, refused above `limit`.
    package mutating func length(_ field: String, limit: Int = .max) throws(FormatError) -> Int {
        try checked(try uint64(), field, limit)
    }

    /// A varint, refused above `limit`.
    package mutating func varint(_ field: String = "integer", limit: Int = .max) throws(FormatError) -> Int {
        let start = offset
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            let byte = try uint8()
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 {
                guard byte != 0 || shift == 0 else { throw .badVarint(offset: start) }
                return try checked(value, field, limit)
            }
        }
        throw .badVarint(offset: start)
    }

    /// A zigzag difference added to `origin`; refused when the sum is negative or above `limit`.
    package mutating func signedVarint(
        _ field: String, from origin: Int, limit: Int
    ) throws(FormatError) -> Int {
        let start = offset
        let value = try varint(field)
        let difference = value & 1 == 0 ? value >> 1 : ~(value >> 1)
        let (sum, overflow) = origin.addingReportingOverflow(difference)
        guard !overflow, sum >= 0, sum <= limit else { throw .badField(field: field, offset: start) }
        return sum
    }

    package mutating func string(_ field: String, limit: Int) throws(FormatError) -> String {
        let start = offset
        let count = try varint(field, limit: limit)
        guard let text = String(validating: try take(array: count), as: UTF8.self) else {
            throw .badField(field: field, offset: start)
        }
        return text
    }

    package mutating func take(array count: Int) throws(FormatError) -> [UInt8] {
        let start = try take(count)
        return Array(bytes[start..<start + count])
    }

    package mutating func skip(_ count: Int) throws(FormatError) { _ = try take(count) }

    package mutating func digest() throws(FormatError) -> Digest256 {
        let start = try take(Digest256.byteCount)
        return Digest256(bytes.span, at: start)
    }

    /// Nil for zeros.
    package mutating func optionalDigest() throws(FormatError) -> Digest256? {
        let found = try digest()
        return found.bytes.allSatisfy { $0 == 0 } ? nil : found
    }

    package mutating func identifier() throws(FormatError) -> Identifier {
        let start = try take(Identifier.byteCount)
        return Identifier(bytes.span, at: start)
    }

    package mutating func fingerprint() throws(FormatError) -> Fingerprint {
        Fingerprint(low: try uint64(), high: try uint64())
    }

    /// Refuses bytes after the last field.
    package func finish() throws(FormatError) {
        guard isAtEnd else { throw .trailingBytes(count: remaining) }
    }

    private mutating func take(_ count: Int) throws(FormatError) -> Int {
        guard count <= remaining else {
            throw .truncated(offset: offset, needed: count, available: remaining)
        }
        defer { offset += count }
        return offset
    }

    private func checked(_ value: UInt64, _ field: String, _ limit: Int) throws(FormatError) -> Int {
        guard value <= UInt64(limit) else {
            throw .overLimit(field: field, value: value, limit: UInt64(limit))
        }
        return Int(value)
    }
}

/// Why bytes from a disk, a peer or a user are not what they claim to be.
///
/// Offsets count from the start of the object that was being read.
package enum FormatError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The object ends before a field does.
    case truncated(offset: Int, needed: Int, available: Int)
    /// A variable-length integer does not end within ten bytes or exceeds 63 bits.
    case badVarint(offset: Int)
    /// A claimed number is above what this version accepts.
    case overLimit(field: String, value: UInt64, limit: UInt64)
    /// A field holds a value that its definition excludes.
    case badField(field: String, offset: Int)
    /// The object is of another kind than its name or request says.
    case wrongType(expected: String, found: String)
    /// The object's format is newer than this program.
    case unsupportedVersion(found: Int, newest: Int)
    /// A mandatory section is unknown to this program.
    case unknownMandatorySection(tag: String)
    /// A section that must be there is not.
    case missingSection(tag: String)
    /// The stored digest or check value is not that of the bytes.
    case digestMismatch(of: String)
    /// Bytes follow where the object should have ended.
    case trailingBytes(count: Int)

    /// True if a newer program could read the bytes.
    package var isIncompatibility: Bool {
        switch self {
        case .unsupportedVersion, .unknownMandatorySection: true
        default: false
        }
    }

    package var description: String {
        switch self {
        case .truncated(let offset, let needed, let available):
            "truncated at byte \(offset): \(needed) bytes needed, \(available) there"
        case .badVarint(let offset): "malformed integer at byte \(offset)"
        case .overLimit(let field, let value, let limit): "\(field) is \(value), above the limit of \(limit)"
        case .badField(let field, let offset): "invalid \(field) at byte \(offset)"
        case .wrongType(let expected, let found): "expected \(expected), found \(found)"
        case .unsupportedVersion(let found, let newest):
            "format version \(found) is newer than this program's \(newest)"
        case .unknownMandatorySection(let tag): "needs feature \(tag), which this program does not know"
        case .missingSection(let tag): "section \(tag) is missing"
        case .digestMismatch(let of): "\(of) does not match its digest"
        case .trailingBytes(let count): "\(count) bytes follow its end"
        }
    }
}
