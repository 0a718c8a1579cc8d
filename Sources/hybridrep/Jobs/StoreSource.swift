internal import StoreFormat
internal import ArgumentParser
internal import DeltaSync
internal import OffsiteStore
internal import Platform

/// The store a reading command uses: one of the job's targets, or on a bare host the one that is named.
struct StoreSource: ParsableArguments {
    @Option(
        help: ArgumentHelp("Read from this target; default: the job's first target.", valueName: "target"),
        completion: Completion.targets)
    var target: String?

    @Option(
        help: ArgumentHelp(
            "Read from this store, without configuration: ssh://[user@]host[:port]/path or a folder.",
            valueName: "store"), completion: .directory)
    var store: String?

    /// A job in an open store, and what this host remembers of it, if it is configured.
    struct Opened {
        let repository: Repository
        let target: Name?
        let state: JobState?
        /// Nil on a bare host.
        var hooks: JobHooks?

        var store: any ObjectStore { repository.store }
        var job: Name { repository.job.name }
    }

    /// - Parameter job: The job's name, as argument or as `--job`.
    func open(
        job: String, _ session: CommandContext, _ options: GlobalOptions, _ overrides: OverrideOptions
    ) throws -> Opened {
        guard let store else {
            let configuration = try session.configuration(options, overrides)
            let context = JobContext(session, configuration, try configuration.job(job))
            let target = try context.targets(target)[0]
            return Opened(
                repository: try Repository(try context.connection.open(target), job: context.job.name),
                target: target.name,
                state: context.state, hooks: JobHooks(context: context))
        }
        let name = try Name(ofJob: job)
        return Opened(
            repository: try Repository(
                try TargetConnection(session: session).open(named: store, overrides), job: name),
            target: nil, state: nil)
    }

    /// Does a command's work, and has the history of this host tell how it ended; a bare host has none.
    func recording(
        _ verb: String, job: String, _ session: CommandContext, _ options: GlobalOptions,
        _ overrides: OverrideOptions, _ work: (RunOutcome) throws -> ExitStatus
    ) throws -> ExitStatus {
        guard store == nil else { return try work(RunOutcome()) }
        let configuration = try session.configuration(options, overrides)
        let context = JobContext(session, configuration, try configuration.job(job))
        return try RunRecorder(verb, context).recording(work)
    }
}
