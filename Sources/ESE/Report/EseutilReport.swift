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

/// The cost of reading the pages of a database.
package struct PageReading: Equatable, Sendable, Encodable {
    package private(set) var reads = 0
    package private(set) var bytes = 0
    /// From the first read to the end of the check.
    package private(set) var nanoseconds: UInt64 = 0
    /// In all reads together.
    package private(set) var readNanoseconds: UInt64 = 0
    package private(set) var slowestNanoseconds: UInt64 = 0
    package private(set) var fastestNanoseconds: UInt64 = 0

    package init() {}

    /// Counts one read.
    package mutating func add(bytes: Int, nanoseconds: UInt64) {
        slowestNanoseconds = max(slowestNanoseconds, nanoseconds)
        fastestNanoseconds = reads == 0 ? nanoseconds : min(fastestNanoseconds, nanoseconds)
        reads += 1
        self.bytes += bytes
        readNanoseconds &+= nanoseconds
    }

    package mutating func end(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// 0 where no time passed.
    package var megabytesPerSecond: Int {
        nanoseconds == 0 ? 0 : Int(Double(bytes) / 1_048_576 / (Double(nanoseconds) / 1e9))
    }
    package var millisecondsPerRead: UInt64 { reads == 0 ? 0 : readNanoseconds / UInt64(reads) / 1_000_000 }
}

extension EseutilReport {
    /// One database of a set and what recovery would make of it.
    ///
    /// - Parameters:
    ///   - name: As the report shall call it.
    ///   - checkpoint: The line of the checkpoint that recovery would begin with.
    package static func database(
        _ name: String, _ header: DatabaseHeader, trailer: BackupTrailer?, checkpoint: String,
        _ verdict: SetVerdict
    ) -> String {
        let logs = header.logs
        var lines = [
            Line("Database", name),
            Line("State", "\(header.state)"),
            Line("Log Required", range(logs.minimum, logs.maximum)),
            Line("Log Committed", range(0, logs.committed)),
            Line("Log Signature", "\(header.logSignature)"),
            Line("Checkpoint", checkpoint),
        ]
        if header.isBackupCopy {
            let found = trailer.map { range($0.backup.lowGeneration, $0.backup.highGeneration) }
            lines.append(Line("Backup Log Gen", found ?? "NOT AVAILABLE, the last page is not a trailer"))
        }
        lines += verdict.warnings.map { Line("Warning", $0) }
        lines += verdict.notes.map { Line("Note", $0) }
        lines.append(Line("Verdict", "\(verdict)"))
        return aligned(lines, width: 17)
    }
}
