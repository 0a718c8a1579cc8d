internal import Platform

/// Opens the two stores of a copy, by target or without configuration.
///
/// A target need not be one of the job's: to a third site a job may only be copied.
struct CopyEnds {
    let session: CommandContext
    let options: GlobalOptions
    let overrides: OverrideOptions

    /// - Parameter place: A target's name; with a slash in it, which no name has, a folder or an address.
    func open(_ place: String, job: String) throws -> JobCopy.End {
        guard Self.isTarget(place) else {
            let connection = TargetConnection(session: session)
            return JobCopy.End(
                store: try connection.open(named: place, overrides), target: nil,
                options: overrides.storeWords(place))
        }
        let configuration = try session.configuration(options, overrides)
        let target = try configuration.target(place)
        let connection = TargetConnection(
            session: session, configuration: configuration, job: Name(job))
        let isOfJob = (try? configuration.job(job))?.targets.value.contains(target.name) == true
        return JobCopy.End(
            store: try connection.open(target), target: target.name,
            options: isOfJob ? ["--target", place] : RunbookTarget(target).store)
    }

    /// Does the work, and has the history of this host tell how it ended, where the job is configured here.
    func recording(
        _ verb: String, job: String, _ places: [String], _ work: (RunOutcome) throws -> ExitStatus
    ) throws -> ExitStatus {
        guard places.contains(where: Self.isTarget) else { return try work(RunOutcome()) }
        let configuration = try session.configuration(options, overrides)
        guard let known = try? configuration.job(job) else { return try work(RunOutcome()) }
        return try RunRecorder(verb, JobContext(session, configuration, known)).recording(work)
    }

    private static func isTarget(_ place: String) -> Bool { !place.contains("/") }
}
