/// Base64 of RFC 4648 with the standard alphabet: keys and their fingerprints in OpenSSH's texts.
package enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let pad = UInt8(ascii: "=")

    package static func encode(_ bytes: [UInt8], padded: Bool = true) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let group = part.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - part.count))
            for place in 0...part.count {
                text.append(alphabet[Int(group >> UInt32(18 - 6 * place) & 63)])
            }
            if padded { text += [UInt8](repeating: pad, count: 3 - part.count) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for other characters, and for a length that no bytes have; padding may be left out.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var units = Array(text.utf8)
        if units.count % 4 == 0 { for _ in 0..<2 where units.last == pad { units.removeLast() } }
        guard units.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(units.count / 4 * 3 + 2)
        var group: UInt32 = 0
        var bits = 0
        for unit in units {
            guard let value = value(unit) else { return nil }
            group = group << 6 & 0xFFFFFF | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
            }
        }
        return bytes
    }

    private static func value(_ unit: UInt8) -> UInt8? {
        switch unit {
        case 0x41...0x5A: unit - 0x41
        case 0x61...0x7A: unit - 0x61 + 26
        case 0x30...0x39: unit - 0x30 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
