internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// Takes points off a job's list; their bytes stay in the store until `gc` finds that nothing else needs them.
struct ForgetCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Forget the points that the keep rules do not keep, or the named points.",
        discussion: HelpExamples.text([
            "forget mdb01 --dry-run": "Show what would happen to each point, and why.",
            "forget mdb01": "At each target, the points that its rules do not keep.",
            "forget mdb01 41 42 --target offsite": "These two, there.",
            "forget mdb01 41 --undo": "Restore point 41, as long as the trash has it.",
            "forget mdb01 --store /srv/hybridrep --keep-last 3 --keep-daily 14":
                "On the store's own host, without configuration.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var stores: StoreTargets
    @OptionGroup(title: "Rules") var keep: KeepOptions
    @Flag(
        name: [.customLong("dry-run"), .customShort("n")],
        help: "Print what would happen to each point; change nothing.")
    var isTrial = false
    @Flag(help: "Allow more than half of all points to be forgotten at once.") var moreThanHalf = false
    @Flag(help: "Accept point times that look wrong.") var trustClock = false
    @Flag(help: "Restore the named points from the trash.") var undo = false
    @Argument(
        help: ArgumentHelp(
            "A job of the configuration, or of the store that --store names.", valueName: "job"),
        completion: Completion.jobs)
    var jobAsked: String?
    @Argument(
        help: "Points to forget, whatever the rules are: generations or ids.", completion: Completion.points)
    var points: [String] = []

    @Flag(help: "Every job of the store that --store names.") var all = false

    var job: String { jobAsked ?? "" }
    var subject: String { jobAsked == nil ? "forget" + (all ? " --all" : "") : "forget \(job)" }
    var storeWords: [String] { stores.store.map(overrides.storeWords) ?? [] }

    func validate() throws {
        guard !all || (jobAsked == nil && stores.store != nil) else {
            throw ValidationError("--all goes with --store, and without a job")
        }
        if !points.isEmpty, keep.rules != nil {
            throw ValidationError("name points or choose them by --keep options, not both")
        }
        if undo, points.isEmpty { throw ValidationError("--undo needs the generations to restore") }
        if undo, isTrial || moreThanHalf || trustClock {
            throw ValidationError("--undo cannot be combined with another flag")
        }
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let question = JobQuestion(
            session: session, options: options, overrides: overrides, store: stores.store)
        guard all else { return try perform(on: try question.require(jobAsked), session) }
        return try question.forEach("forget") { try perform(on: $0, session) }
    }

    private func perform(on job: String, _ session: CommandContext) throws -> ExitStatus {
        let named = try points.map { try PointSelection($0) }
        return try stores.forEach("forget", job: job, session, options, overrides) { place in
            if undo { return try takeBack(named, at: place, session) }
            guard let rules = named.isEmpty ? keep.rules ?? place.rules : nil else {
                if !named.isEmpty { return try forget(at: place, session) { try $0.fates(ofNamed: named) } }
                throw CommandFailure(
                    .usage, "no rule says which points of job \(place.job) are kept",
                    hint:
                        "name points, give an option such as --keep-daily 14, or set keep for the job or the target"
                )
            }
            return try forget(at: place, session) { try $0.fates(by: rules) }
        }
    }

    private func forget(
        at place: StoreTargets.Place, _ session: CommandContext,
        _ choose: (PointForgetting) throws -> [PointForgetting.Fate]
    ) throws -> ExitStatus {
        let store = try place.open()
        var forgetting = PointForgetting(store: store, job: place.job, maker: session.maker)
        forgetting.isTrial = isTrial
        forgetting.mayTakeMany = moreThanHalf
        forgetting.trustsClock = trustClock
        let wanted = try choose(forgetting)
        let fates: [PointForgetting.Fate]
        do { fates = try forgetting.carryOut(wanted) } catch {
            // What was wanted helps to see why it was refused.
            if isTrial {
                show(
                    ForgetSummary(job: place.job, target: place.target, fates: wanted, isTrial: true).table,
                    session)
            }
            throw error
        }
        try store.close()
        let summary = ForgetSummary(job: place.job, target: place.target, fates: fates, isTrial: isTrial)
        show(summary.table, session)
        session.console.result(summary.line)
        session.console.result(summary.message)
        // Rules may ask for what the store keeps from every key; a person is told.
        guard !points.isEmpty, let kept = fates.first(where: \.stays) else { return .good }
        throw CommandFailure(
            .refused, "point \(kept.generation) of \(place.description) stays: \(kept.why)")
    }

    private func show(_ lines: [String], _ session: CommandContext) {
        for line in lines { session.console.result(line) }
    }

    private func takeBack(
        _ named: [PointSelection], at place: StoreTargets.Place, _ session: CommandContext
    ) throws -> ExitStatus {
        var request = CollectRequest(job: place.job, maker: session.maker)
        request.recalled = try named.map { selection in
            switch selection {
            case .generation(let number), .id(let number, _): return number
            case .latest, .at, .random:
                throw CommandFailure(
                    .usage, "--undo needs generations: \(job) no longer knows which point that was")
            }
        }
        let store = try place.open()
        _ = try store.collect(request)
        try store.close()
        let numbers = request.recalled.map(String.init).joined(separator: ", ")
        session.console.result("\(place.description): back from the trash: \(numbers)")
        session.console.result(
            JSONMessage(
                .summary, job: place.job, target: place.target,
                ["recalled": .array(request.recalled.map { .integer(Int(clamping: $0)) })]))
        return .good
    }
}
