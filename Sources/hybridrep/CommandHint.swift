internal import Platform

/// A hint with commands in it, made to fit the command line that it answers.
///
/// Layers below do not know the names that were typed: they write `JOB`, and name a job without its store.
struct CommandHint {
    /// Verbs that take `--store`.
    static let storeVerbs: Set<String> = [
        "list", "show", "diff", "restore", "apply", "verify", "rehearse", "forget", "gc", "drop-job", "adopt",
    ]

    private let text: String

    init(_ text: String) { self.text = text }

    /// With the job's name in the place of `JOB`.
    func naming(_ job: Name) -> String {
        text.replacing(/\bhybridrep ([a-z-]+) JOB\b/) { "hybridrep \($0.1) \(job)" }
    }

    /// With the words that name a store without configuration; nil where no command can reach that.
    func at(_ store: [String]) -> String? {
        var isPossible = true
        let there = text.replacing(/\bhybridrep ([a-z-]+) (?!.*--store)/) { found in
            if !Self.storeVerbs.contains(String(found.1)) { isPossible = false }
            return "hybridrep \(found.1) \(ShellQuote.posix(store)) "
        }
        return isPossible ? there : nil
    }
}

extension CommandFailure {
    /// The same with a hint that can be typed where it is read.
    ///
    /// - Parameters:
    ///   - job: The one that the command was about.
    ///   - store: The words that named a store without configuration; empty for none.
    func typed(for job: Name?, at store: [String] = []) -> CommandFailure {
        guard var hint else { return self }
        if let job { hint = CommandHint(hint).naming(job) }
        let there = store.isEmpty ? hint : CommandHint(hint).at(store)
        return CommandFailure(verdict, message, hint: there, details: details)
    }
}
