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
