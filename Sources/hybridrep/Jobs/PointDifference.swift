internal import BackupStream
internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat
internal import Verify

/// Compares two points of a store.
struct PointDifference {
    let session: CommandContext
    let opened: StoreSource.Opened

    struct Outcome {
        let old: StoredPoint
        let new: StoredPoint
        let difference: ImageDifference
        /// Names of members that are databases, in either point.
        let databases: Set<String>
        /// By member; nil where nobody asked.
        let trees: [String: ChangedTrees]?
    }

    /// - Parameter wanted: The older and the newer point; without the newer it is the newest good one, without both the
    ///   older one is the point of the same kind before that.
    func run(_ wanted: [PointSelection], withTrees: Bool) throws -> Outcome {
        let repository = opened.repository
        let new = try (wanted.count > 1 ? wanted[1] : .latest).find(repository)
        let old = try wanted.first?.find(repository) ?? before(new, repository)
        try requireComparable(old.point, new.point)
        let one = try image(of: old, repository)
        let other = try image(of: new, repository)
        var search = DifferenceSearch(from: one, to: other)
        let label = "diff \(opened.job)"
        let difference = try search.run { (done) throws(SyncError) in
            try goOn()
            session.console.progress(
                Progress(label: label, doneBytes: done, totalBytes: new.point.layout.length))
        }
        let databases = Set(old.point.databaseNames + new.point.databaseNames)
        var trees: [String: ChangedTrees]?
        if withTrees {
            trees = [:]
            for member in difference.members
            where databases.contains(member.key.name) && member.key.kind == .data {
                trees?[member.key.name] = try ChangedTrees(of: member, from: one, to: other, goOn)
            }
        }
        return Outcome(old: old, new: new, difference: difference, databases: databases, trees: trees)
    }

    private func image(of stored: StoredPoint, _ repository: Repository) throws(SyncError) -> ImageReader {
        try ImageReader(
            stored.point, in: repository, state: opened.state, .host(session.files))
    }

    private func goOn() throws(SyncError) {
        if Interruption.cause != nil { throw .interrupted }
    }

    /// The newest point of the same kind that is older.
    private func before(_ stored: StoredPoint, _ repository: Repository) throws -> StoredPoint {
        for generation in try repository.generations().reversed() where generation < stored.point.generation {
            if let found = try repository.undamaged(generation), found.point.kind == stored.point.kind {
                return found
            }
        }
        let kind = stored.point.kind == .full ? "" : " with logs"
        throw CommandFailure(
            .notFound,
            "point \(stored.point.id) is the first\(kind): there is no point before it to compare it with",
            hint: "see what it has with: hybridrep show \(opened.job) \(stored.point.generation)")
    }

    /// A log point's image has logs and no database.
    private func requireComparable(_ old: Point, _ new: Point) throws {
        guard old.kind != new.kind else { return }
        let logs = old.kind == .logs ? old : new
        let full = old.kind == .logs ? new : old
        let fulls = [old, new].map { $0.full?.generation ?? $0.generation }
        let hint =
            fulls[0] == fulls[1]
            ? "all that it changes is in the logs: hybridrep show \(opened.job) \(logs.generation)"
            : "compare the fulls: hybridrep diff \(opened.job) \(fulls[0]) \(fulls[1])"
        throw CommandFailure(
            .usage,
            "point \(logs.id) has logs only, which continue point \(logs.full?.generation ?? 0), and \(full.id) is a full: "
                + "they cannot be compared", hint: hint)
    }
}
