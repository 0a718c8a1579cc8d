internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// Adds a note on a point, or on the whole job, in the stores of a job.
struct PointMark {
    let session: CommandContext
    let context: JobContext
    let kind: NoteID.Kind
    let comment: String

    /// - Parameters:
    ///   - target: One of the job's; nil for all.
    ///   - selection: The point; nil for the whole job.
    ///   - allow: Throws where the point is not one for such a note.
    func add(
        _ selection: PointSelection?, target: String?,
        allow: (StoredPoint, Repository) throws -> Void
    ) throws -> ExitStatus {
        try context.atEachTarget(target, kind.verb) { target in
            try add(selection, target, allow)
            return .good
        }
    }

    private func add(
        _ selection: PointSelection?, _ target: TargetConfiguration,
        _ allow: (StoredPoint, Repository) throws -> Void
    ) throws {
        // A key that may forget may mark.
        let store = try context.connection.open(target, lanes: 1, mayForget: true)
        let repository = try Repository(store, job: context.job.name)
        var found: StoredPoint?
        if let selection {
            let point = try selection.find(repository)
            try allow(point, repository)
            found = point
        }
        try session.notes(in: repository).add(kind, found?.reference, comment: comment)
        try store.close()
        let what = found.map { "point \($0.point.id)" } ?? "job \(context.job.name)"
        session.console.result("\(what) is \(kind.word) at \(target.name)")
        session.console.result(
            JSONMessage(
                .summary, job: context.job.name, target: target.name,
                [
                    "point_id": .optional(found?.point.id), "note": .string(kind.word),
                    "comment": .string(comment),
                ]))
    }
}

extension NoteID.Kind {
    /// As in `list`.
    var word: String {
        switch self {
        case .verified: "verified"
        case .rehearsed: "rehearsed"
        case .released: "released"
        case .pinned: "pinned"
        case .unpinned: "unpinned"
        case .suspended: "suspended"
        case .resumed: "resumed"
        case .proved: "proved"
        case .adopted: "adopted"
        }
    }

    /// The command that adds one.
    fileprivate var verb: String {
        switch self {
        case .verified, .proved: "verify"
        case .rehearsed: "rehearse"
        case .released: "release"
        case .pinned: "pin"
        case .unpinned: "unpin"
        case .adopted: "init"
        case .suspended: "suspend"
        case .resumed: "resume"
        }
    }
}
