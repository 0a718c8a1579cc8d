/// The texts that `eseutil` would print, in its labels, so that existing scripts and eyes can read them.
///
/// The machine-readable form of each is the fact itself, which is `Encodable` with camel-case keys:
/// ``HeaderPair``, ``BackupTrailer``, ``PageReport``, ``LogHeader``, ``LogChain``, ``SetVerdict``.
package enum EseutilReport {
    /// A label, right-aligned, and its value.
    struct Line {
        let label: String
        let value: String
        init(_ label: String, _ value: String) {
            self.label = label
            self.value = value
        }
    }

    /// `       dbtime: 403 (0x193)`: labels end in column `width`.
    static func aligned(_ lines: [Line], width: Int) -> String {
        lines.map { line in
            String(repeating: " ", count: max(0, width - line.label.count)) + "\(line.label): \(line.value)\n"
        }.joined()
    }

    /// `403 (0x193)`.
    static func both(_ value: some BinaryInteger) -> String {
        "\(value) (0x\(hex(value)))"
    }

    /// `12-15 (0xc-0xf)`.
    static func range<Value: BinaryInteger>(_ low: Value, _ high: Value) -> String {
        "\(low)-\(high) (0x\(hex(low))-0x\(hex(high)))"
    }

    static func word(_ value: UInt32) -> String { "0x\(Hexadecimal.lower(value))" }
    static func yesNo(_ value: Bool) -> String { value ? "Yes" : "No" }

    /// Negative numbers, which only damage makes, print as their 32-bit pattern.
    private static func hex(_ value: some BinaryInteger) -> String {
        value < 0 ? Hexadecimal.lower(UInt32(truncatingIfNeeded: value)) : Hexadecimal.lower(value)
    }
}
