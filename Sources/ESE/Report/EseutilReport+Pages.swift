extension EseutilReport {
    /// The page check (`/k`): one line a bad page, then the counts.
    ///
    /// As there, pages seen include the two headers. Pages behind the owned end are listed as warnings, which
    /// the original does not tell apart.
    package static func pages(_ report: PageReport) -> String {
        var text = report.bad.map { line($0) + "\n" }.joined()
        text += omitted(report.badCount - report.bad.count)
        text += report.behindEnd.map { "WARNING: \($0), behind the end of the database\n" }.joined()
        text += omitted(report.badBehindEnd - report.behindEnd.count)
        for warning in report.warnings { text += "WARNING: \(warning)\n" }
        if let missing = report.truncated {
            text +=
                "ERROR: the file ends before page \(missing.upperBound), "
                + "\(missing.count) pages of the database are missing\n"
        }
        if !text.isEmpty { text += "\n" }
        return text + """
            \(report.seen + 2) pages seen
            \(report.badChecksum) bad checksums
            \(report.correctable) correctable checksums
            \(report.blank) uninitialized pages
            \(report.wrongNumber) wrong page numbers
            0x\(Hexadecimal.lower(report.highestDbtime)) highest dbtime (pgno 0x\(Hexadecimal.lower(report.highestDbtimePage)))

            """
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
        case .blank, .good: "page \(page.number) \(page.verdict)"
        }
    }
}
