/// Looks for the first line of a known-hosts file that begins with a marker, piece by piece.
package struct KnownHostsMarkerSearch {
    /// A longer word is cut off here.
    private static let maximumBytes = 32
    /// The marker that has begun, its `@` included.
    private var marker: [UInt8]?
    /// Nothing but blanks since the line began.
    private var isAtStart = true

    package init() {}

    /// The marker, once it is whole; nil when there is none so far.
    package mutating func take(_ bytes: Span<UInt8>) -> String? {
        for index in bytes.indices {
            let byte = bytes[index]
            let isBlank = byte == 0x20 || byte == 0x09
            let isEnd = byte == 0x0A || byte == 0x0D
            if let name = marker {
                if isBlank || isEnd || name.count == Self.maximumBytes { return finish() }
                marker = name + [byte]
            } else if isAtStart, byte == UInt8(ascii: "@") {
                marker = [byte]
            } else {
                isAtStart = isEnd || (isAtStart && isBlank)
            }
        }
        return nil
    }

    /// The marker that the file ends in; nil when there is none.
    package func finish() -> String? { marker.map { String(decoding: $0, as: UTF8.self) } }
}
