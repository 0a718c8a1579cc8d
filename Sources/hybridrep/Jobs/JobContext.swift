internal import BackupStream
internal import DeltaSync
internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// A configured job and what this host has of it: its state, its spool, its identity.
struct JobContext {
    let session: CommandContext
    let configuration: Configuration
    let job: JobConfiguration
    let state: JobState

    init(_ session: CommandContext, _ configuration: Configuration, _ job: JobConfiguration) {
        self.session = session
        self.configuration = configuration
        self.job = job
        state = JobState(folder: configuration.state.value, job: job.name, files: session.files)
    }

    /// What this host did, over all jobs.
    var history: RunHistory { RunHistory(of: configuration, session) }

    var connection: TargetConnection {
        TargetConnection(session: session, configuration: configuration, job: job.name)
    }

    /// The job's targets, or the one asked for.
    func targets(_ asked: String?) throws -> [TargetConfiguration] {
        guard let asked else {
            return try job.targets.value.map { try configuration.target($0.description) }
        }
        let target = try configuration.target(asked)
        guard job.targets.value.contains(target.name) else {
            throw CommandFailure(.usage, "job \(job.name) does not use target \(target.name)")
        }
        return [target]
    }

    func spool() -> Spool {
        Spool(job.spoolDirectory.value, job: job.name, in: session.files)
    }

    /// The job's id and secret: from this host, else from the first target that has them.
    ///
    /// What a store has is taken over only where its points are this host's, or where somebody says so.
    /// - Throws: 10 when no store has the job, or has it from somebody else; 23 when one that might have it cannot be reached.
    func identity(adopts: Bool = false) throws -> JobObject {
        if let known = state.job() { return known }
        // A state that cannot be kept is no job of somebody else.
        try state.sweep()
        var unreachable: (any Error)?
        for target in try targets(nil) {
            do {
                let store = try connection.open(target)
                let repository = try Repository(store, job: job.name)
                let stranger = adopts ? nil : try stranger(repository)
                try store.close()
                if let stranger { throw notOurs(target.name, stranger) }
                try state.remember(repository.job)
                return repository.job
            } catch let error as StoreError where error.kind == .notFound {
                // The disk of a store that has the job may not be mounted.
                if state.target(target.name) != nil { unreachable = error }
            } catch let error as CommandFailure where error.verdict == .notFound {
                throw error
            } catch {
                unreachable = error
            }
        }
        if let unreachable { throw unreachable }
        throw CommandFailure(
            .notFound, "job \(job.name) is in none of its targets' stores",
            hint: "make it with: hybridrep init \(job.targets.value[0]) --job \(job.name)")
    }

    /// Who holds a lock, for people.
    var holder: String { session.holder }
}

extension RunHistory {
    /// In the configured state folder.
    init(of configuration: Configuration, _ session: CommandContext) {
        self.init(in: configuration.state.value, session.files) { [console = session.console] in
            console.warning($0)
        }
    }
}
