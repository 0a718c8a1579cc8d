internal import Platform

/// The `length key=value` lines of a pax header (POSIX.1-2017, "pax Header Block").
struct PaxRecords: Equatable {
    private(set) var values: [String: String] = [:]

    init() {}

    /// One line; its decimal length counts the whole line, its own digits and the newline.
    static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = 1 + key.utf8.count + 1 + value.utf8.count + 1  // space, key, =, value, newline
        var total = rest + 1
        while rest + String(total).utf8.count != total { total = rest + String(total).utf8.count }
        return Array("\(total) \(key)=\(value)\n".utf8)
    }

    /// A `comment` line of exactly `byteCount` bytes, filled with spaces; nil when that is too short for one.
    static func padding(_ byteCount: Int) -> [UInt8]? {
        let digits = String(byteCount)
        let fixed = digits.utf8.count + 1 + "comment=".utf8.count + 1
        guard byteCount >= fixed else { return nil }
        return Array("\(digits) comment=".utf8) + [UInt8](repeating: 0x20, count: byteCount - fixed) + [0x0A]
    }

    /// - Parameter offset: Where `bytes` stand in their file, for errors.
    init(parsing bytes: [UInt8], at offset: Int) throws(FormatError) {
        var start = 0
        while start < bytes.count {
            var length = 0
            var index = start
            while index < bytes.count, (0x30...0x39).contains(bytes[index]), length < 1 << 40 {
                length = length * 10 + Int(bytes[index] - 0x30)
                index += 1
            }
            guard index > start, index < bytes.count, bytes[index] == 0x20, length <= bytes.count - start,
                length > index - start + 1, bytes[start + length - 1] == 0x0A
            else { throw .badField(field: "pax record", offset: offset + start) }
            let line = bytes[(index + 1)..<(start + length - 1)]
            guard let equals = line.firstIndex(of: 0x3D) else {
                throw .badField(field: "pax record", offset: offset + start)
            }
            // Lines in other encodings belong to keys that are not read here.
            if let key = String(validating: line[..<equals], as: UTF8.self),
                let value = String(validating: line[(equals + 1)...], as: UTF8.self)
            {
                values[key] = value
            }
            start += length
        }
    }

    /// The time in `mtime`, decimal seconds with an optional fraction; nil when absent or not a number.
    var modified: Timestamp? {
        guard let text = values["mtime"] else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let seconds = Int64(parts[0]), seconds.magnitude < 1 << 33 else { return nil }
        guard parts.count == 2 else { return Timestamp(seconds: seconds) }
        let digits = parts[1].prefix(9)
        guard let fraction = Int64(digits + String(repeating: "0", count: 9 - digits.count)), fraction >= 0
        else {
            return nil
        }
        let sign: Int64 = parts[0].hasPrefix("-") ? -1 : 1
        return Timestamp(nanoseconds: seconds * 1_000_000_000 + sign * fraction)
    }

    /// Decimal seconds as `mtime` holds them.
    static func text(_ time: Timestamp) -> String {
        let magnitude = time.nanoseconds.magnitude
        let fraction = String(magnitude % 1_000_000_000)
        let padded = String(repeating: "0", count: 9 - fraction.count) + fraction
        return "\(time.nanoseconds < 0 ? "-" : "")\(magnitude / 1_000_000_000).\(padded)"
    }
}
