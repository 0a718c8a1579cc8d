/// Words for runs of log generations: decimal with the hexadecimal that file names use.
enum GenerationText {
    /// `log 124 (0x7C)` or `logs 12-15 (0xC-0xF)`.
    static func logs(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? "log \(run(range))" : "logs \(run(range))"
    }

    /// `124 (0x7C)`.
    static func one(_ generation: Int) -> String { run(generation...generation) }

    /// `124 (0x7C)` or `12-15 (0xC-0xF)`.
    static func run(_ range: ClosedRange<Int>) -> String {
        let low = Hexadecimal.upper(range.lowerBound)
        if range.count == 1 { return "\(range.lowerBound) (0x\(low))" }
        return "\(range.lowerBound)-\(range.upperBound) (0x\(low)-0x\(Hexadecimal.upper(range.upperBound)))"
    }

    static func runs(_ ranges: [ClosedRange<Int>]) -> String { ranges.map(run).joined(separator: ", ") }
}

/// Numbers as the tools of this format print them: hexadecimal without leading zeros.
enum Hexadecimal {
    static func lower(_ value: some BinaryInteger) -> String { String(value, radix: 16) }
    static func upper(_ value: some BinaryInteger) -> String { String(value, radix: 16, uppercase: true) }

    /// Upper case, at least `width` digits.
    static func padded(_ value: some BinaryInteger, _ width: Int) -> String {
        let digits = upper(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
