internal import ArgumentParser
internal import OffsiteStore
internal import StoreFormat

/// What all commands take that say something of a job or a point to its stores.
struct MarkOptions: ParsableArguments {
    @OptionGroup var overrides: OverrideOptions
    @Option(help: ArgumentHelp("Use only this target.", valueName: "target"), completion: Completion.targets)
    var target: String?
    @Argument(help: "A job of the configuration.", completion: Completion.jobs) var job: String

    /// - Parameters:
    ///   - point: Nil for the whole job.
    ///   - allow: Throws where the point is not one for such a note.
    func add(
        _ kind: NoteID.Kind, _ point: PointSelection?, _ comment: String, _ session: CommandContext,
        _ options: GlobalOptions, allow: (StoredPoint, Repository) throws -> Void = { _, _ in }
    ) throws -> ExitStatus {
        let configuration = try session.configuration(options, overrides)
        let context = JobContext(session, configuration, try configuration.job(job))
        return try PointMark(session: session, context: context, kind: kind, comment: comment)
            .add(point, target: target, allow: allow)
    }
}
