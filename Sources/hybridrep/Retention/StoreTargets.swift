internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// The stores a command takes away from: all of the job's targets, one of them, or on a bare host the one that is named.
struct StoreTargets: ParsableArguments {
    @Option(help: ArgumentHelp("Use only this target.", valueName: "target"), completion: Completion.targets)
    var target: String?

    @Option(
        help: ArgumentHelp(
            "Use this store, without configuration: ssh://[user@]host[:port]/path or a folder.",
            valueName: "store"), completion: .directory)
    var store: String?

    /// A store of the job's that may be taken away from.
    struct Place {
        let job: Name
        let target: Name?
        /// The configuration's.
        let rules: KeepRules?
        let open: () throws -> any ObjectStore

        var description: String { StoreTargets.description(job, target) }
    }

    /// As in "job mdb01 at offsite".
    static func description(_ job: Name, _ target: Name?) -> String {
        "job \(job)" + (target.map { " at \($0)" } ?? "")
    }

    /// Does the same at each, and lets none keep another from it.
    func forEach(
        _ verb: String, job: String, _ session: CommandContext, _ options: GlobalOptions,
        _ overrides: OverrideOptions,
        _ body: (Place) throws -> ExitStatus
    ) throws -> ExitStatus {
        let connection = TargetConnection(session: session)
        if let store {
            let name = try Name(ofJob: job)
            return try body(
                Place(job: name, target: nil, rules: nil) {
                    try connection.open(named: store, overrides, mayForget: true)
                })
        }
        let configuration = try session.configuration(options, overrides)
        let context = JobContext(session, configuration, try configuration.job(job))
        return try context.atEachTarget(target, verb) { target in
            try body(
                Place(job: context.job.name, target: target.name, rules: context.keepRules(at: target)) {
                    try context.connection.open(target, lanes: 1, mayForget: true)
                })
        }
    }
}

extension JobContext {
    /// Does the same at each of the job's targets, or at the one asked for; a failure is told and does not keep the others from it.
    func atEachTarget(
        _ asked: String?, _ verb: String, _ body: (TargetConfiguration) throws -> ExitStatus
    ) throws -> ExitStatus {
        .ofJob(targets: try verdicts(asked, verb, body))
    }

    /// The same, with what it came to at each.
    func verdicts(
        _ asked: String?, _ verb: String, _ body: (TargetConfiguration) throws -> ExitStatus
    ) throws -> [ExitStatus] {
        var verdicts: [ExitStatus] = []
        for target in try targets(asked) {
            do { verdicts.append(try body(target)) } catch {
                let failure = CommandFailure(wrapping: error)
                session.console.failure(
                    failure, of: "\(verb) \(job.name) at \(target.name)", job: job.name, target: target.name)
                verdicts.append(failure.verdict)
            }
        }
        return verdicts
    }
}
