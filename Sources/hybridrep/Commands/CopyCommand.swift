internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// Copies points from one store to another.
struct CopyCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy points from one store to another, sending only what is missing there.",
        discussion: HelpExamples.text([
            "copy mdb01 --from vault --to third": "Every point newer than the newest there.",
            "copy mdb01 --from vault --to third --dry-run": "What that would send.",
            "copy mdb01 --from /srv/hybridrep --to ssh://third/srv/hybridrep":
                "The same on a host without configuration.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Argument(help: "The job, which has the same name in both stores.", completion: Completion.jobs) var job:
        String
    @Option(
        help: ArgumentHelp(
            "Copy from this target, or without configuration from ssh://[user@]host[:port]/path or a folder.",
            valueName: "store"), completion: Completion.targets)
    var from: String
    @Option(
        help: ArgumentHelp(
            "Copy to this target, or to a store without configuration; it is created if needed.",
            valueName: "store"), completion: Completion.targets)
    var to: String
    @Flag(help: "Copy every point newer than the newest there (the default).") var all = false
    @Option(help: ArgumentHelp("Copy at most this many of the newest good points.", valueName: "number"))
    var last: Int?
    @Flag(help: "Print what would be copied; change nothing.") var dryRun = false
    @Option(help: ArgumentHelp("Wait up to this time for a push to the store to end.", valueName: "duration"))
    var lockWait: TimeSpan?

    var subject: String { "copy \(job)" }

    func validate() throws {
        guard !all || last == nil else { throw ValidationError("give one of --all and --last") }
        guard last ?? 1 > 0 else { throw ValidationError("--last \(last ?? 0): at least 1") }
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let name = try Name(ofJob: job)
        let ends = CopyEnds(session: session, options: options, overrides: overrides)
        let selection = last.map { CopyPlan.Selection.newest($0) } ?? .all
        if dryRun { return try copy(name, ends, session).forecast(selection) }
        return try ends.recording("copy", job: job, [from, to]) { tally in
            try copy(name, ends, session).run(selection, tally)
        }
    }

    private func copy(_ name: Name, _ ends: CopyEnds, _ session: CommandContext) throws -> JobCopy {
        JobCopy(
            session: session, job: name, source: try ends.open(from, job: job),
            destination: try ends.open(to, job: job),
            lockWaitSeconds: lockWait?.seconds ?? 0)
    }
}
