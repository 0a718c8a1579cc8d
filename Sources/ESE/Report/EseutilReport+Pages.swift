extension EseutilReport {
    /// The page check (`/k`): one line a bad page, then the counts.
    ///
    /// As there, the two headers are pages -1 and 0, and pages seen include them. Pages after the owned end and a
    /// bad copy of the header are listed as warnings, which the original does not tell apart.
    ///
    /// - Parameters:
    ///   - header: Which of the two headers can be believed.
    ///   - reading: Nil leaves out the lines about time.
    package static func pages(
        _ report: PageReport, header: HeaderPair.State = .good, reading: PageReading? = nil
    ) -> String {
        var text = line(header)
        text += report.bad.map { line($0) + "\n" }.joined()
        text += omitted(report.badCount - report.bad.count)
        text += report.behindEnd.map { "WARNING: \($0), behind the end of the database\n" }.joined()
        text += omitted(report.badBehindEnd - report.behindEnd.count)
        for warning in report.warnings { text += "WARNING: \(warning)\n" }
        if let fault = report.treeFault { text += "ERROR: \(fault)\n" }
        if let missing = report.truncated {
            let pages =
                missing.count == 1
                ? "1 page of the database is" : "\(missing.count) pages of the database are"
            text += "ERROR: the file ends before page \(missing.upperBound), \(pages) missing\n"
        }
        if !text.isEmpty { text += "\n" }
        // The original has no such lines; they say nothing while there is nothing to say.
        var more = ""
        if report.lostWrites > 0 {
            more += "\n\(report.lostWrites) lost write\(report.lostWrites == 1 ? "" : "s")"
        }
        if report.notInitialized > 0 {
            more +=
                "\n\(report.notInitialized) blank page\(report.notInitialized == 1 ? "" : "s") that must not be"
        }
        return text + """
            \(report.seen + 2) pages seen
            \(report.badChecksum) bad checksums
            \(report.correctable) correctable checksums
            \(report.blank) uninitialized pages
            \(report.wrongNumber) wrong page numbers\(more)
            0x\(Hexadecimal.lower(report.highestDbtime)) highest dbtime (pgno 0x\(Hexadecimal.lower(report.highestDbtimePage)))

            """ + (reading.map(lines) ?? "")
    }

    private static func lines(_ reading: PageReading) -> String {
        """

        \(reading.reads) reads performed
        \(reading.bytes >> 20) MB read
        \(reading.nanoseconds / 1_000_000_000) seconds taken
        \(reading.megabytesPerSecond) MB/second
        \(reading.nanoseconds / 1_000_000) milliseconds used
        \(reading.millisecondsPerRead) milliseconds per read
        \(reading.slowestNanoseconds / 1_000_000) milliseconds for the slowest read
        \(reading.fastestNanoseconds / 1_000_000) milliseconds for the fastest read

        """
    }

    private static func line(_ header: HeaderPair.State) -> String {
        switch header {
        case .good: ""
        case .primaryBad: "WARNING: page -1 (header) checksum failed, page 0 (header) is good\n"
        case .shadowBad: "WARNING: page 0 (header) checksum failed, page -1 (header) is good\n"
        case .shadowDiffers: "WARNING: page 0 (header) is good and not the same as page -1 (header)\n"
        }
    }

    private static func omitted(_ count: Int) -> String { count > 0 ? "and \(count) more\n" : "" }

    private static func line(_ page: BadPage) -> String {
        switch page.verdict {
        case .correctable(let bits):
            "WARNING: page \(page.number) checksum verification failed but the corruption "
                + "( bit \(bits.map(String.init).joined(separator: ", ")) ) can be corrected"
        case .wrongNumber(let other): "ERROR: page \(page.number) checksum failed, it is page \(other)"
        case .badChecksum(let mismatch):
            "ERROR: page \(page.number) checksum failed"
                + (mismatch.perhapsPage.map { ", perhaps this is actually page \($0)?" } ?? "")
        case .lostWrite, .notInitialized: "ERROR: page \(page.number) \(page.verdict)"
        case .blank, .good: "page \(page.number) \(page.verdict)"
        }
    }
}
