internal import OffsiteStore
internal import Platform

/// Opens the two stores of a copy, by target or without configuration.
///
/// A target need not be one of the job's: to a third site a job may only be copied.
struct CopyEnds {
    let session: Session
    let options: GlobalOptions
    let overrides: OverrideOptions

    /// - Parameter place: A target's name; with a slash in it, which no name has, a folder or an address.
    func open(_ place: String) throws -> JobCopy.End {
        let connection = TargetConnection(session: session)
        guard Self.isTarget(place) else {
            return JobCopy.End(store: try connection.open(named: place, overrides), target: nil)
        }
        let target = try session.configuration(options, overrides).target(place)
        return JobCopy.End(store: try connection.open(target), target: target.name)
    }

    /// Does the work, and has the history of this host tell how it ended, where the job is configured here.
    func recording(
        _ verb: String, job: String, _ places: [String], _ work: (RunTally) throws -> Verdict
    ) throws -> Verdict {
        guard places.contains(where: Self.isTarget) else { return try work(RunTally()) }
        let configuration = try session.configuration(options, overrides)
        guard let known = try? configuration.job(job) else { return try work(RunTally()) }
        return try RunRecorder(verb, JobContext(session, configuration, known)).recording(work)
    }

    private static func isTarget(_ place: String) -> Bool { !place.contains("/") }
}
