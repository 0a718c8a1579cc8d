internal import OffsiteStore
internal import Platform

/// Asks which job is meant where none was named, and says which there are.
struct JobQuestion {
    let session: CommandContext
    let options: GlobalOptions
    let overrides: OverrideOptions
    /// Nil for the stores of the configuration.
    let store: String?

    /// The jobs of the store that is named, or of the configuration.
    func jobs() throws -> [Name] {
        guard let store else { return try session.configuration(options, overrides).jobs.map(\.name) }
        let opened = try TargetConnection(session: session).open(named: store, overrides)
        // A folder that is no store has no jobs, and is none that a list could be trusted of.
        _ = try opened.storeObject()
        let found = try opened.jobs()
        try opened.close()
        return found
    }

    /// Does the same for every job; one that fails keeps no other from it.
    ///
    /// - Returns: The first verdict that is not good; good where a store has no jobs yet.
    func forEach(_ verb: String, _ body: (String) throws -> ExitStatus) throws -> ExitStatus {
        var verdicts: [ExitStatus] = []
        for job in try jobs() {
            do { verdicts.append(try body("\(job)")) } catch {
                let words = store.map(overrides.storeWords) ?? []
                let failure = CommandFailure(wrapping: error).typed(for: job, at: words)
                session.console.failure(failure, of: "\(verb) \(job)", job: job)
                verdicts.append(failure.verdict)
            }
        }
        return verdicts.first { $0 != .good } ?? .good
    }

    /// The job that was named.
    ///
    /// - Throws: 2 with the names to choose from where none was, 10 where there is none.
    func require(_ job: String?) throws -> String {
        if let job { return job }
        let found = try jobs()
        let place = store ?? "the configuration"
        guard let first = found.first else {
            throw CommandFailure(.notFound, "which job? \(place) has none")
        }
        throw CommandFailure(
            .usage, "which job? \(place) has \(found.map(\.description).joined(separator: ", "))",
            hint: "hybridrep list \(first)")
    }
}
