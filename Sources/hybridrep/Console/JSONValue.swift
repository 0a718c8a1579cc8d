internal import Platform

/// A JSON value whose object keys keep the order they were given in.
enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    /// A number of seconds with milliseconds behind the point.
    case milliseconds(Int)
    case string(String)
    /// JSON text as an encoder made it.
    case encoded(String)
    case array([JSONValue])
    case object([Field])

    struct Field: Equatable, Sendable {
        let key: String
        let value: JSONValue
    }

    /// An object from pairs: `.fields(["bytes": .integer(0)])`.
    static func fields(_ fields: KeyValuePairs<String, JSONValue>) -> Self {
        .object(list(fields))
    }

    /// Its fields alone, for more to be added.
    static func list(_ fields: KeyValuePairs<String, JSONValue>) -> [Field] {
        fields.map { Field(key: $0.key, value: $0.value) }
    }

    /// Null when there is nothing.
    static func optional(_ text: String?) -> Self { text.map { .string($0) } ?? .null }
    static func optional(_ number: Int?) -> Self { number.map { .integer($0) } ?? .null }

    /// From 0 to 1, in thousandths.
    static func share(_ share: Double) -> Self { .milliseconds(Int(saturating: (share * 1000).rounded())) }

    /// RFC 3339, UTC.
    static func time(_ time: Timestamp?) -> Self { .optional(time?.description) }

    /// The value on one line.
    var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .milliseconds(let value):
            "\(value / 1000)." + String(String(1000 + value % 1000).dropFirst())
        case .encoded(let text): text
        case .string(let value): Self.quote(value)
        case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .object(let fields):
            "{" + fields.map { Self.quote($0.key) + ":" + $0.value.text }.joined(separator: ",") + "}"
        }
    }

    /// RFC 8259, section 7; what ``TerminalText`` would escape is escaped too, as JSON is read on terminals.
    private static func quote(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where TerminalText.isUnsafe(scalar):
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
