internal import Platform
internal import Verify

extension CommandFailure {
    private static let listed = 20

    /// A rehearsal that is not good; nil for one that is.
    ///
    /// - Parameter seconds: How long its command was given.
    init?(_ evidence: RehearsalEvidence, job: Name, seconds: Int) {
        guard !evidence.isGood else { return nil }
        let point = evidence.pointId
        let details = Array(evidence.faults.prefix(Self.listed))
        // A line each, the last ones: that is where the reason is.
        let words = (evidence.command?.said ?? "").split(whereSeparator: \.isNewline).suffix(Self.listed)
        let said = words.enumerated().map { ($0 == 0 ? "it said: " : "") + $1 }
        guard let command = evidence.command, command.end != .good else {
            self.init(
                .verification, "point \(point): \(evidence.verdict)",
                hint: "restore another point; see what is damaged with: hybridrep verify \(job) --full",
                details: details.count > 1 ? details : [])
            return
        }
        let hint =
            switch command.end {
            case .notStarted: "install it, or name it with its full path; point \(point) itself is intact"
            case .tookTooLong:
                "see what it waits for, or give it more than "
                    + "\(HumanQuantity.duration(milliseconds: seconds * 1000)): rehearse: {deadline: …}"
            case .failed, .good:
                "run it by hand on what this brings: hybridrep restore \(job) \(point) --to DIR"
            }
        self.init(
            command.end == .notStarted ? .usage : .verification, "point \(point): \(evidence.verdict)",
            hint: hint, details: said)
    }
}
