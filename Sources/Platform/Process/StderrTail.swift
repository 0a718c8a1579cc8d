/// The last 64 KiB of what a program wrote to stderr.
struct StderrTail {
    /// Enough for any message worth reading, and a bound on what a peer can make us keep.
    static let keptBytes = 64 << 10
    private var bytes: [UInt8] = []

    mutating func append(_ more: Span<UInt8>) {
        // Cut only when twice the bound is held, so that many small pieces do not cost a copy each.
        bytes.append(copying: more)
        if bytes.count > 2 * Self.keptBytes { bytes.removeFirst(bytes.count - Self.keptBytes) }
    }

    /// The kept bytes as text that a terminal can show: control characters other than line feed and tab are `?`.
    var text: String {
        let plain = bytes.suffix(Self.keptBytes).map { byte in
            byte == 0x0A || byte == 0x09 || (byte >= 0x20 && byte != 0x7F) ? byte : UInt8(ascii: "?")
        }
        return String(decoding: plain, as: UTF8.self)
    }

    /// The last lines, for an error message: at most 1000 characters, without the white space around them.
    var excerpt: String { Self.excerpt(of: text) }

    static func excerpt(of text: String) -> String {
        var last = text.suffix(1_000)
        while let end = last.last, end.isWhitespace { last.removeLast() }
        while let start = last.first, start.isWhitespace { last.removeFirst() }
        return String(last)
    }
}
