/// Text of a stranger, made fit for a terminal and a log line.
///
/// Control characters, line ends, and marks that reorder what follows are written as `\n` or `\u{1b}`
/// (RELIABILITY 36); what is longer than the limit ends in `…`.
package enum PrintableText {
    /// Characters that are kept unless the caller says otherwise.
    package static let defaultLimit = 400

    package static func of(_ text: String, limit: Int = defaultLimit) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else { return result + "…" }
            count += 1
            if isPlain(scalar) { result.unicodeScalars.append(scalar) } else { result += escape(scalar) }
        }
        return result
    }

    /// Bytes that should be UTF-8; what is not shows as U+FFFD.
    package static func of(_ bytes: [UInt8], limit: Int = defaultLimit) -> String {
        of(String(decoding: bytes, as: UTF8.self), limit: limit)
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F: false
        // Arabic letter mark; left-to-right and right-to-left marks; line and paragraph separators;
        // embeddings, overrides and isolates; byte order mark.
        case 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF: false
        default: true
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
}

extension String {
    /// Returns as many whole characters as fit into `limit` bytes of UTF-8.
    package func truncated(toUTF8 limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var result = ""
        var count = 0
        for scalar in unicodeScalars {
            count += String(scalar).utf8.count
            if count > limit { break }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}
