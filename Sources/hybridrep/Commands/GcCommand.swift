internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// Takes away what no point of a job needs any more.
struct GcCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove what no point needs: first to the trash, later for good.",
        discussion: HelpExamples.text([
            "gc mdb01 --dry-run": "How much of each store no point needs.",
            "gc mdb01": "At each target: move to the trash, and delete what has been there for a week.",
            "gc mdb01 --store /srv/hybridrep --grace 0s": "The disk is full: delete everything dead at once.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var stores: StoreTargets
    @Option(
        help: ArgumentHelp(
            "How long removed objects stay in the trash; 0s empties it at once.", valueName: "duration")
    )
    var grace = TimeSpan(seconds: Int(CollectRequest.defaultGrace))
    @Option(
        help: ArgumentHelp(
            "Rewrite packs when more than this share of the store is dead.", valueName: "percent"))
    var waste = CollectRequest.defaultWaste
    @Option(help: ArgumentHelp("Wait up to this time for other users of the job.", valueName: "duration"))
    var lockWait: TimeSpan?
    @Flag(
        name: [.customLong("dry-run"), .customShort("n")],
        help: "Print what would be removed; change nothing.")
    var isTrial = false
    @Argument(
        help: ArgumentHelp(
            "A job of the configuration, or of the store that --store names.", valueName: "job"),
        completion: Completion.jobs)
    var jobAsked: String?

    @Flag(help: "Every job of the store that --store names.") var all = false

    var job: String { jobAsked ?? "" }
    var subject: String { jobAsked == nil ? "gc" + (all ? " --all" : "") : "gc \(job)" }
    var storeWords: [String] { stores.store.map(overrides.storeWords) ?? [] }

    func validate() throws {
        guard !all || (jobAsked == nil && stores.store != nil) else {
            throw ValidationError("--all goes with --store, and without a job")
        }
        guard (0...100).contains(waste) else {
            throw ValidationError("--waste \(waste) is not a share: 0 to 100")
        }
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let question = JobQuestion(
            session: session, options: options, overrides: overrides, store: stores.store)
        guard all else { return try perform(on: try question.require(jobAsked), session) }
        return try question.forEach("gc") { try perform(on: $0, session) }
    }

    private func perform(on job: String, _ session: CommandContext) throws -> ExitStatus {
        return try stores.forEach("gc", job: job, session, options, overrides) { place in
            var request = CollectRequest(job: place.job, maker: session.maker)
            request.graceSeconds = Int64(grace.seconds)
            request.wastePercent = waste
            request.isTrial = isTrial
            let store = try place.open()
            let report = try collect(request, store, session)
            try store.close()
            let summary = CollectSummary(
                job: place.job, target: place.target, report: report, isTrial: isTrial)
            for line in summary.lines { session.console.result(line) }
            session.console.result(summary.message)
            return .good
        }
    }

    private func collect(
        _ request: CollectRequest, _ store: any ObjectStore, _ session: CommandContext
    ) throws -> CollectReport {
        let wait = LockWait(seconds: lockWait?.seconds ?? 0, session.clock)
        while true {
            do throws(StoreError) { return try store.collect(request) } catch {
                guard error.kind == .locked, Interruption.cause == nil, wait.pause() else { throw error }
            }
        }
    }
}
