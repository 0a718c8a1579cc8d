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

    /// Whether a newer program could make sense of the bytes.
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
