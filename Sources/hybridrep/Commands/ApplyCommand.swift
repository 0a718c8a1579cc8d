internal import ArgumentParser
internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// Keeps a plain copy of the newest proved point.
struct ApplyCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Keep a plain copy of the newest verified point that another host can use at once.",
        discussion: HelpExamples.text(
            """
            The newer point is built next to the copy, from its blocks and fetched ones. It is verified from its \
            start and replaces the copy in one step. PATH.replica records which point it is.
            """,
            [
                "apply mdb01 --to /replica/mdb01": "A set in a folder; a raw image in a file.",
                "apply --store /srv/hybridrep --job mdb01 --to /replica/mdb01":
                    "Next to the store, without configuration.",
                "apply mdb01 --to /replica/mdb01 --unverified": "The newest good point, verified or not.",
            ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var selection: StoreSource
    @Argument(help: "A job of the configuration; with --store, --job names it.", completion: Completion.jobs)
    var words: [String] = []
    @Option(
        help: ArgumentHelp("With --store: the job in that store.", valueName: "job"),
        completion: Completion.jobs) var job: String?
    @Option(
        help: ArgumentHelp("The replica: a folder for a set, a file for a raw image.", valueName: "path"),
        completion: .file())
    var to: String
    @Flag(help: "Use the newest good point, even if it has not been verified yet.") var unverified = false
    @Flag(help: "Read and repair the replica even if it already is the point.") var reread = false
    @Flag(help: "Rewrite the replica in place: needs no room; meanwhile it is neither point.")
    var inPlace = false
    @Flag(help: "Replace existing data that is no replica of this job.") var force = false

    var subject: String { "apply" + ((job ?? words.first).map { " \($0)" } ?? "") }
    var storeWords: [String] { selection.store.map(overrides.storeWords) ?? [] }

    func validate() throws {
        guard words.count + (job == nil ? 0 : 1) <= 1 else { throw ValidationError("give one job") }
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let question = JobQuestion(
            session: session, options: options, overrides: overrides, store: selection.store)
        let name = try question.require(job ?? words.first)
        return try selection.recording("apply", job: name, session, options, overrides) {
            try apply(name, session, $0)
        }
    }

    private func apply(_ name: String, _ session: CommandContext, _ tally: RunOutcome) throws -> ExitStatus {
        let start = session.clock.monotonicNanoseconds
        let opened = try selection.open(job: name, session, options, overrides)
        let repository = opened.repository
        let stored = try point(of: repository, opened)
        tally.note(opened.target) { $0.pointID = stored.point.id }
        let restoration = try Restoration(
            stored, in: repository, state: opened.state, session: session)
        var wanted = Replica.Options()
        wanted.replaces = force
        wanted.rereads = reread
        wanted.isInPlace = inPlace
        try session.requireFolder(of: to, to: "make the replica")
        session.confined.add(PathText.folder(of: to))
        let place = ReplicaFiles(to, session.files)
        let result: Replica.Result
        do {
            result = try Replica(place, repository, session.files, session.clock)
                .apply(stored, restoration.images, wanted, restoration.report)
        } catch let error as SystemError where error.isUnsupported {
            throw CommandFailure(
                .failure, error.description,
                hint: "where a file system cannot exchange two folders: give --in-place")
        }
        try opened.store.close()
        let current = result.way == .newer ? result.before ?? "" : stored.point.id
        tally.note(opened.target, opened.store.traffic)
        tally.note(opened.target) { $0.pointID = current }
        let elapsed = Int((session.clock.monotonicNanoseconds - start) / 1_000_000)
        session.console.result("\(place.path) " + Self.words(result, stored.point))
        session.console.result(
            JSONMessage(
                .summary, job: opened.job, target: opened.target,
                [
                    "point_id": .string(current),
                    "previous_point_id": .optional(result.before), "replica": .string(place.path),
                    "way": .string(result.way.rawValue), "image_bytes": .integer(stored.point.layout.length),
                    "image_digest": .string("\(stored.point.imageDigest)"),
                    "fetched_bytes": .integer(result.fetchedBytes),
                    "bytes_sent": .integer(opened.store.traffic.sentBytes),
                    "bytes_received": .integer(opened.store.traffic.receivedBytes),
                    "duration_seconds": .milliseconds(elapsed),
                ]))
        return .good
    }

    private func point(of repository: Repository, _ opened: StoreSource.Opened) throws -> StoredPoint {
        if unverified { return try PointSelection.latest.find(repository) }
        if let found = try VerifiedPoints(repository).newest() { return found }
        throw CommandFailure(
            .notFound, "job \(opened.job) has no good point that was verified",
            hint: "give --unverified, or verify it with: hybridrep verify \(opened.job)")
    }

    private static func words(_ result: Replica.Result, _ point: Point) -> String {
        let fetched = "\(HumanQuantity.bytes(result.fetchedBytes)) fetched"
        return switch result.way {
        case .unchanged: "is point \(point.id)"
        case .newer:
            "stays point \(result.before ?? "?"): it is newer than \(point.id), the newest that was verified"
        case .switched, .rewritten:
            "is point \(point.id) now, " + (result.before.map { "was \($0), " } ?? "")
                + "\(fetched), digest matches"
        }
    }
}
