internal import ArgumentParser
internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// Brings a point back.
struct RestoreCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restore a recovery point: a set's files, a file, or the image itself.",
        discussion: HelpExamples.text([
            "restore mdb01 --to /restore/mdb01": "The newest good point.",
            "restore mdb01 --at 3h --to /restore/mdb01": "As it was three hours ago.",
            "restore mdb01 --to /restore/mdb01 --in-place": "Fetch and write only what differs.",
            "restore --store /media/usb/hybridrep --job mdb01 --to /restore": "Without configuration.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var selection: StoreSource
    @Argument(
        help: "A job of the configuration; with --store, --job names it.", completion: Completion.jobAndPoint)
    var words: [String] = []
    @Option(
        help: ArgumentHelp(
            "The newest good point at this time: 2026-11-22T02:00:00Z, or 3h for 3 hours ago.",
            valueName: "time"))
    var at: String?
    @Option(
        help: ArgumentHelp("With --store: the job in that store.", valueName: "job"),
        completion: Completion.jobs) var job: String?
    @Option(
        help: ArgumentHelp(
            "Unpack a set into this folder, which is created if its parent exists, or write a raw image to this file, or - for standard output.",
            valueName: "path"), completion: .file())
    var to: String?
    @Option(
        help: ArgumentHelp(
            "Write the image itself to this file, or - for standard output; for a log point, its logs.",
            valueName: "file"), completion: .file())
    var image: String?
    @Flag(help: "Replace existing files.") var force = false
    @Flag(
        help: ArgumentHelp(
            "Read the existing files, then fetch and write only what differs. Run it again to resume."))
    var inPlace = false

    var subject: String { "restore" + ((job ?? words.first).map { " \($0)" } ?? "") }
    var storeWords: [String] { selection.store.map(overrides.storeWords) ?? [] }

    func validate() throws {
        // Without a job the answer is which ones there are.
        let asksForJobs = job == nil && words.isEmpty && to == nil && image == nil
        guard asksForJobs || (to == nil) != (image == nil) else {
            throw ValidationError("give one of --to and --image")
        }
        guard !inPlace || (image ?? to) != CommandContext.standardOutput else {
            throw ValidationError("--in-place needs files to write into")
        }
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let question = JobQuestion(
            session: session, options: options, overrides: overrides, store: selection.store)
        _ = try question.require(job ?? words.first)
        let (name, wanted) = try jobAndPoint(now: session.clock.now)
        return try selection.recording("restore", job: name, session, options, overrides) {
            try restore(name, wanted, session, $0)
        }
    }

    private func restore(
        _ name: String, _ wanted: PointSelection, _ session: CommandContext, _ tally: RunOutcome
    ) throws -> ExitStatus {
        let opened = try selection.open(job: name, session, options, overrides)
        let repository = opened.repository
        let stored = try wanted.find(repository)
        // One that was committed with damage, or is held, comes back as it was, and the verdict says so.
        let verdict: ExitStatus = try repository.isAccepted(stored) ? .good : .degraded
        let health = try repository.health(of: stored)
        if wanted == .latest { try warnOfDamage(after: stored, repository, opened, session) }
        let start = session.clock.monotonicNanoseconds
        let restore = try Restoration(
            stored, in: repository, state: opened.state, session: session)
        var differentBytes: Int?
        if inPlace {
            differentBytes = try image.map(restore.inPlace(file:)) ?? restore.inPlace(to: to ?? "")
        } else if let image {
            if image == CommandContext.standardOutput {
                try restore.toStandardOutput()
            } else {
                try restore.toFile(image, replacing: force)
            }
        } else if let to {
            try restore.to(to, replacing: force)
        }
        try opened.store.close()
        tally.note(opened.target, opened.store.traffic)
        tally.note(opened.target) {
            $0.pointID = stored.point.id
            $0.imageBytes = stored.point.layout.length
        }
        let elapsed = Int((session.clock.monotonicNanoseconds - start) / 1_000_000)
        if (image ?? to) == CommandContext.standardOutput { return verdict }
        let full = to == nil ? nil : restore.full?.point
        session.console.result(
            "restored point \(stored.point.id), \(HumanQuantity.bytes(stored.point.layout.length)), "
                + (full.map { "on point \($0.id), \(HumanQuantity.bytes($0.layout.length)), " } ?? "")
                + (differentBytes.map { "in place, of which \(HumanQuantity.bytes($0)) differed, " } ?? "")
                + "digest matches")
        session.console.result(
            JSONMessage(
                .summary, job: opened.job, target: opened.target,
                [
                    "point_id": .string(stored.point.id), "full_point_id": .optional(full?.id),
                    "image_bytes": .integer(stored.point.layout.length),
                    "image_digest": .string("\(stored.point.imageDigest)"), "to": .optional(to ?? image),
                    "different_bytes": differentBytes.map { .integer($0) } ?? .null,
                    "health": .string(health.word),
                    "bytes_sent": .integer(opened.store.traffic.sentBytes),
                    "bytes_received": .integer(opened.store.traffic.receivedBytes),
                    "duration_seconds": .milliseconds(elapsed),
                ]))
        return verdict
    }

    /// Says which newer points are damaged: what comes back is older than somebody may think.
    private func warnOfDamage(
        after stored: StoredPoint, _ repository: Repository, _ opened: StoreSource.Opened,
        _ session: CommandContext
    ) throws {
        let newer = try repository.generations().filter { $0 > stored.point.generation }
        let damaged = try newer.filter { generation in
            guard let found = try repository.undamaged(generation) else { return true }
            return try repository.health(of: found).word == "damaged"
        }
        guard let newest = damaged.last else { return }
        let what =
            damaged.count == 1 ? "point \(newest) is" : "\(damaged.count) repository up to \(newest) are"
        session.console.warning(
            "\(what) damaged: the newest good one is \(stored.point.id)", job: opened.job,
            target: opened.target)
    }

    /// `restore JOB [POINT]`, or `restore --store S --job JOB [POINT]`.
    private func jobAndPoint(now: Timestamp) throws -> (String, PointSelection) {
        var rest = words[...]
        guard let name = job ?? rest.popFirst() else { throw CommandFailure(.usage, "which job?") }
        if let at, !rest.isEmpty {
            throw CommandFailure(.usage, "\(rest.joined(separator: " ")) and --at \(at): give one of them")
        }
        let point =
            if let at {
                try PointSelection(at: at, now: now)
            } else { try PointSelection(rest.popFirst() ?? "latest") }
        guard rest.isEmpty else {
            throw CommandFailure(.usage, "\(rest.joined(separator: " ")): one point at a time")
        }
        return (name, point)
    }
}
