internal import ArgumentParser
internal import DeltaSync
internal import OffsiteStore
internal import Platform

/// Removes a job from a store, with all that the store has of it.
struct DropJobCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop-job",
        abstract: "Remove a job from a store for good, with all its points.",
        discussion: HelpExamples.text([
            "drop-job mdb01 --target offsite --dry-run": "Print what the store has of the job.",
            "drop-job mdb01 --target offsite --yes": "Remove it for good, from this one store.",
            "drop-job --store /srv/hybridrep --job mdb01 --yes":
                "On the store's own host, without configuration.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var stores: StoreTargets
    @Option(
        name: .customLong("job"),
        help: ArgumentHelp("The job, if it is not the argument.", valueName: "job"),
        completion: Completion.jobs)
    var jobOption: String?
    @Flag(
        name: [.customLong("dry-run"), .customShort("n")],
        help: "Print what would be removed; change nothing.")
    var isTrial = false
    @Flag(help: "Remove the job. This cannot be undone.") var yes = false
    @Flag(help: "Remove the job even if it has pinned points.") var pinnedToo = false
    @Argument(
        help: ArgumentHelp("A job of the store; it need not be configured.", valueName: "job"),
        completion: Completion.jobs)
    var jobAsked: String?

    var job: String { jobAsked ?? jobOption ?? "" }
    var subject: String { job.isEmpty ? "drop-job" : "drop-job \(job)" }
    var storeWords: [String] { stores.store.map(overrides.storeWords) ?? [] }

    func validate() throws {
        if let jobAsked, let jobOption, jobAsked != jobOption {
            throw ValidationError("which job? \(jobAsked) and \(jobOption) are named")
        }
        guard stores.target == nil || stores.store == nil else {
            throw ValidationError("give --target or --store, not both")
        }
        guard !yes || !isTrial else { throw ValidationError("give --dry-run or --yes, not both") }
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let question = JobQuestion(
            session: session, options: options, overrides: overrides, store: stores.store)
        let name = try Name(ofJob: try question.require(jobAsked ?? jobOption))
        guard let place = try place(name, session) else {
            throw CommandFailure(
                .usage, "which store? a job is dropped from one store at a time: give --target or --store",
                hint: "see its targets with: hybridrep config show")
        }
        guard yes || isTrial else {
            let words = place.target.map { ["--target", "\($0)"] } ?? []
            throw CommandFailure(
                .usage, "all points of \(place.description) would be removed for good: give --yes",
                hint: "see what would be removed: hybridrep drop-job \(name) "
                    + (words + ["--dry-run"]).joined(separator: " "))
        }
        return try drop(name, at: place, session)
    }

    /// A store, and what this host remembers of the job there.
    private struct Place {
        let target: Name?
        let state: JobState?
        let description: String
        let open: () throws -> any ObjectStore
    }

    private func place(_ job: Name, _ session: CommandContext) throws -> Place? {
        if let store = stores.store {
            return Place(target: nil, state: nil, description: StoreTargets.description(job, nil)) {
                try TargetConnection(session: session).open(named: store, overrides, mayForget: true)
            }
        }
        guard let asked = stores.target else { return nil }
        let configuration = try session.configuration(options, overrides)
        let target = try configuration.target(asked)
        let state = JobState(folder: configuration.state.value, job: job, files: session.files)
        return Place(
            target: target.name, state: state, description: StoreTargets.description(job, target.name)
        ) {
            try TargetConnection(session: session, configuration: configuration, job: job)
                .open(target, lanes: 1, mayForget: true)
        }
    }

    private func drop(_ job: Name, at place: Place, _ session: CommandContext) throws -> ExitStatus {
        let store = try place.open()
        // A folder that is no store has no jobs, and a disk that is not mounted has lost none.
        _ = try store.storeObject()
        var request = DropRequest(job: job, maker: session.maker)
        request.isTrial = isTrial
        request.takesPinned = pinnedToo
        var report = DropReport()
        var isThere = true
        do throws(StoreError) { report = try store.drop(request) } catch {
            // Cut after the store had done its part: what this host remembers goes now.
            guard error.kind == .notFound, !isTrial, let target = place.target,
                place.state?.target(target) != nil
            else { throw error }
            isThere = false
        }
        try store.close()
        // The store has no such job: what this host knows of it there would only refuse a new one.
        if !isTrial, let target = place.target { try place.state?.forget(target) }
        let files = report.files == 1 ? "1 file" : "\(report.files) files"
        let points = report.points == 1 ? "1 point" : "\(report.points) points"
        let what = "\(points), \(files), \(HumanQuantity.bytes(report.bytes))"
        session.console.result(
            !isThere
                ? "\(place.description) was gone already"
                : "\(place.description): \(what) "
                    + (isTrial ? "would be removed; nothing was changed" : "are gone"))
        session.console.result(
            JSONMessage(
                .summary, job: job, target: place.target,
                [
                    "points": .integer(report.points), "files": .integer(report.files),
                    "bytes": .integer(report.bytes), "dry_run": .bool(isTrial),
                ]))
        return .good
    }
}
