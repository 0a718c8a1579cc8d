internal import ArgumentParser
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Creates a store at a target and gives jobs their place in it.
struct InitCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Create the store of a target; an existing store is not changed.",
        discussion: HelpExamples.text([
            "init vault": "The store of a target, with all jobs that use it.",
            "init vault --job mdb01": "With one of them.",
            "init vault --job mdb01 --adopt": "Take over a job that the store has from another host.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Argument(help: "A target of the configuration.", completion: Completion.targets) var target: String
    @Option(
        help: ArgumentHelp("Only this job; default: all jobs that use the target.", valueName: "job"),
        completion: Completion.jobs)
    var job: String?

    @Flag(help: "Create a new store even if this host has shipped to one that is missing.")
    var new = false
    @Flag(
        help:
            "Take over jobs of the store that this host does not know, or whose points another host made."
    )
    var adopt = false

    var subject: String { "init \(target)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let configuration = try session.configuration(options, overrides)
        let target = try configuration.target(target)
        let jobs = try jobs(configuration, target.name)
        let connection = TargetConnection(
            session: session, configuration: configuration, job: jobs.count == 1 ? jobs[0].name : nil,
            mayReplaceStore: new)
        let store = try connection.open(target)
        let id = try Identifier.random(from: session.entropy)
        let isNew = try store.initialise(StoreObject(id: id, created: session.clock.now))
        report(session, "store \(store.label)", isNew, target: target.name)
        for job in jobs {
            let context = JobContext(session, configuration, job)
            let registration = JobRegistration(
                context: context, target: target, store: store, adopts: adopt)
            report(session, "job \(job.name)", try registration.run(), job: job.name, target: target.name)
        }
        try store.close()
        return .good
    }

    private func jobs(_ configuration: Configuration, _ target: Name) throws -> [JobConfiguration] {
        if let job {
            let found = try configuration.job(job)
            guard found.targets.value.contains(target) else {
                throw CommandFailure(.usage, "job \(job) does not use target \(target)")
            }
            return [found]
        }
        return configuration.jobs.filter { $0.targets.value.contains(target) }
    }

    private func report(
        _ session: CommandContext, _ what: String, _ isNew: Bool, job: Name? = nil, target: Name
    ) {
        session.console.result("\(what): \(isNew ? "created" : "exists already, left as it is")")
        session.console.result(
            JSONMessage(.status, job: job, target: target, ["created": .bool(isNew), "what": .string(what)]))
    }
}
