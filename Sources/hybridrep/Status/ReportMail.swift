internal import FoundationEssentials
internal import Platform

/// The report as a mail, given to the program that every Unix mailer brings.
struct ReportMail {
    private static let program = "/usr/sbin/sendmail"
    private static let deadlineSeconds = 120
    private let address: String
    private let host: String
    private let statuses: [TargetStatus]

    init(to address: String, from host: String, _ statuses: [TargetStatus]) throws {
        // A line end would begin another header, a hyphen an option.
        guard address.contains("@"), !address.hasPrefix("-"),
            address.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw CommandFailure(.usage, "--mail \(address) is no address", hint: "as in ops@example.net")
        }
        self.address = address
        self.host = host
        self.statuses = statuses
    }

    private var subject: String {
        let state = statuses.map(\.state).max() ?? .unknown
        return "hybridrep on \(host): \(state.word)"
    }

    /// The message, RFC 5322 and 2045, its page in base64 so that no line is too long for a mailer.
    func message(_ html: String) -> String {
        let body = Data(html.utf8).base64EncodedString(options: [
            .lineLength76Characters, .endLineWithLineFeed,
        ])
        return """
            To: \(address)
            Subject: \(subject.unicodeScalars.map { (0x20...0x7E).contains($0.value) ? String($0) : "?" }.joined())
            MIME-Version: 1.0
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: base64
            Auto-Submitted: auto-generated

            \(body)

            """
    }

    func send(_ html: String) throws {
        let run = try WatchedProgram(
            [Self.program, "-i", address], input: Array(message(html).utf8),
            deadlineSeconds: Self.deadlineSeconds, heedsInterruption: true)
        guard run.isGood else {
            throw CommandFailure(
                .failure, "mail the report to \(address): \(Self.program): \(run)",
                hint: "write it to a file with --html, and check whether this host can send mail")
        }
    }
}
