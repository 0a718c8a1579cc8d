/// A number of bytes, written `8M`; units of 1024.
struct ByteSize: Equatable, Sendable, CustomStringConvertible {
    let bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    /// `512`, `64K`, `8M`, `1G`, `2T`, with or without `iB` or `B` behind the unit; nil when it is none or has
    /// more than 62 bits.
    init?(_ text: String) {
        let suffixes = ["iB", "B"].filter { text.hasSuffix($0) && text.count > $0.count }
        let bare = String(text.dropLast(suffixes.first?.count ?? 0))
        guard let bytes = Quantity.parse(bare, units: Quantity.byteUnits, unitless: 1) else { return nil }
        self.bytes = bytes
    }

    var description: String { Quantity.describe(bytes, units: Quantity.byteUnits) }
}

/// A speed, written `20M`: bytes a second in units of 1024.
struct ByteRate: Equatable, Sendable, CustomStringConvertible {
    /// Below this a link would be taken for a stalled one.
    static let minimum = ByteRate(bytesPerSecond: 1024)
    let bytesPerSecond: Int

    init(bytesPerSecond: Int) { self.bytesPerSecond = bytesPerSecond }

    /// As a size, `/s` behind it allowed; nil when it is none or below the minimum.
    init?(_ text: String) {
        let bare = text.hasSuffix("/s") ? String(text.dropLast(2)) : text
        guard let size = ByteSize(bare), size.bytes >= Self.minimum.bytesPerSecond else { return nil }
        bytesPerSecond = size.bytes
    }

    var description: String { Quantity.describe(bytesPerSecond, units: Quantity.byteUnits) }
}

/// A length of time, written `26h`.
struct TimeSpan: Equatable, Sendable, CustomStringConvertible {
    let seconds: Int

    init(seconds: Int) { self.seconds = seconds }

    /// `90s`, `15m`, `26h`, `7d`, `8w`; nil when it is none, has no unit, or is longer than 36500 days.
    init?(_ text: String) {
        guard let seconds = Quantity.parse(text, units: Quantity.timeUnits, unitless: nil) else { return nil }
        guard seconds <= 36_500 * 86_400 else { return nil }
        self.seconds = seconds
    }

    var description: String { seconds == 0 ? "0s" : Quantity.describe(seconds, units: Quantity.timeUnits) }
}

/// Whole numbers with a one-letter unit.
private enum Quantity {
    typealias Unit = (letter: Character, factor: Int)

    static let byteUnits: [Unit] = [
        ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("T", 1 << 40), ("P", 1 << 50),
    ]
    static let timeUnits: [Unit] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)]
    /// Leaves room for sums of a few quantities.
    static let maximum = 1 << 62

    /// - Parameter unitless: Factor of a number without unit; nil where a unit must be there.
    static func parse(_ text: String, units: [Unit], unitless: Int?) -> Int? {
        let unit = units.first { $0.letter == text.last }
        guard let factor = unit?.factor ?? unitless else { return nil }
        let digits = unit == nil ? text[...] : text.dropLast()
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard let number = Int(digits) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow || product > maximum ? nil : product
    }

    /// With the largest unit that divides it, so that it reads back as the same number.
    static func describe(_ number: Int, units: [Unit]) -> String {
        guard number > 0, let unit = units.last(where: { number.isMultiple(of: $0.factor) }) else {
            return String(number)
        }
        // 7d reads better than 1w, 26h better than either; weeks are for input only.
        let chosen = unit.letter == "w" ? units.first { $0.letter == "d" } ?? unit : unit
        return "\(number / chosen.factor)\(chosen.letter)"
    }
}
