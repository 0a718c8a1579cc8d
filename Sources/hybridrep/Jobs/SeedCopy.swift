internal import DeltaSync
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// A copy to or from a folder that is carried between sites: an ordinary store, known to no configuration.
struct SeedCopy {
    private let session: CommandContext
    private let context: JobContext
    private let folder: JobCopy.End

    init(
        job: String, folder: String, _ session: CommandContext, _ options: GlobalOptions,
        _ overrides: OverrideOptions
    ) throws {
        self.session = session
        let configuration = try session.configuration(options, overrides)
        context = JobContext(session, configuration, try configuration.job(job))
        self.folder = JobCopy.End(
            store: BareStore(try TargetConnection(session: session).directory(folder)), target: nil,
            options: ["--store", folder])
    }

    /// Fills the folder from a target.
    func out(of target: String?, _ selection: CopyPlan.Selection) throws -> ExitStatus {
        try RunRecorder("export-seed", context).recording { tally in
            try copy(from: try open(target), to: folder).run(selection, tally)
        }
    }

    /// Fills a target from the folder.
    func into(_ target: String?) throws -> ExitStatus {
        try RunRecorder("import-seed", context).recording { try into(target, $0) }
    }

    private func into(_ target: String?, _ tally: RunOutcome) throws -> ExitStatus {
        let seed = try Repository(folder.store, job: context.job.name).job
        if let known = context.state.job(), known.id != seed.id || known.secret != seed.secret {
            throw CommandFailure(
                .notFound, "\(folder.name) holds another job of the name \(context.job.name)",
                hint: "use the folder that was made for this job")
        }
        return try copy(from: folder, to: try open(target)).run(.all, tally)
    }

    private func open(_ target: String?) throws -> JobCopy.End {
        let found = try context.targets(target)[0]
        return JobCopy.End(
            store: try context.connection.open(found), target: found.name,
            options: ["--target", "\(found.name)"])
    }

    private func copy(from source: JobCopy.End, to destination: JobCopy.End) -> JobCopy {
        JobCopy(session: session, job: context.job.name, source: source, destination: destination)
    }
}
