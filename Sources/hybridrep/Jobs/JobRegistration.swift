internal import DeltaSync
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat
internal import Verify

/// Gives a job its place in one store, under the identity it has everywhere.
///
/// Id and secret are drawn by the first `init` and adopted by every later one, from this host's state or from
/// any target; while a target is unreachable and none has them, nothing is drawn (DESIGN section 4).
struct JobRegistration {
    let context: JobContext
    let target: TargetConfiguration
    let store: any ObjectStore
    /// Whether a job that this host does not know is taken over.
    let adopts: Bool

    /// - Returns: False when the store had the job already.
    func run() throws -> Bool {
        guard let lock = try context.state.lock() else {
            throw CommandFailure(
                .locked, "job \(context.job.name) is being initialised by another process",
                hint: "wait for it, and type the same again")
        }
        defer { withExtendedLifetime(lock) {} }
        let name = context.job.name
        let storeID = try store.storeObject().id
        let there = try existing()
        let known = context.state.job()
        if let there, let known, there != known {
            throw CommandFailure(
                .notFound, "target \(target.name) holds another job of the name \(name)",
                hint: "use another job name, or another store")
        }
        if let there, known == nil {
            try requireAdoption(of: there, try Repository(store, job: name), target.name)
        }
        let identity = try there ?? known ?? adopted() ?? drawn()
        // Before a store has it: cut in between, it is this host's all the same.
        if known == nil, there == nil { try context.state.remember(identity) }
        // Also when it is there: whoever made it may not have lived to make all of it durable.
        let isNew = try store.publishJob(name, identity.encoded(store: storeID))
        if !isNew, there == nil, let other = try existing(), other != identity {
            // Another host was quicker.
            try context.state.forgetJob()
            try requireAdoption(of: other, try Repository(store, job: name), target.name)
        }
        // What the store has is the job's identity.
        try context.state.remember(isNew ? identity : try existing() ?? identity)
        try reconsider(storeID)
        if adopts { try adopt(try Repository(store, job: name)) }
        return isNew
    }

    /// Takes over the job's points, and its points to come where the store knows who makes them.
    private func adopt(_ repository: Repository) throws {
        if let head = try repository.newestUndamaged() {
            try context.state.adopt(head.reference, of: target.name)
        }
        guard !(try repository.notes().all(.adopted).isEmpty) else { return }
        do throws(StoreError) {
            try context.session.notes(in: repository).add(.adopted, nil, comment: "")
        } catch {
            guard error.kind == .refused else { throw error }
            context.session.console.warning(
                "the store at \(target.name) counts the points of the job's owner only, and this key cannot change that; "
                    + "at the store's own host: hybridrep adopt \(context.job.name) MAKER --store FOLDER",
                job: context.job.name, target: target.name)
        }
    }

    /// - Throws: 10 for a job that a store has from somebody else, until it is adopted.
    private func requireAdoption(of job: JobObject, _ repository: Repository, _ target: Name) throws {
        guard !adopts else { return }
        throw context.notOurs(target, try context.origins(repository))
    }

    /// Forgets what was remembered of the target where that no longer holds: another store, or an older copy.
    private func reconsider(_ storeID: Identifier) throws {
        guard let memory = context.state.target(target.name) else { return }
        let repository = try Repository(store, job: context.job.name)
        let generations = try repository.generations()
        do throws(SyncError) {
            try memory.check(storeID, target: target.name, among: generations) {
                (generation) throws(SyncError) in
                do throws(StoreError) { return try repository.undamaged(generation)?.digest } catch {
                    throw .store(error)
                }
            }
        } catch {
            guard case .wrongStore = error else { throw error }
            try context.state.forget(target.name)
        }
    }

    private func existing() throws -> JobObject? {
        do { return try Repository(store, job: context.job.name).job } catch let error
            where error.kind == .notFound
        { return nil }
    }

    /// The identity that another target of the job has.
    private func adopted() throws -> JobObject? {
        for other in try context.targets(nil) where other.name != target.name {
            do {
                let store = try context.connection.open(other)
                let repository = try Repository(store, job: context.job.name)
                try requireAdoption(of: repository.job, repository, other.name)
                try store.close()
                return repository.job
            } catch let error as StoreError where error.kind == .notFound {
                continue
            } catch let error as CommandFailure where error.verdict == .notFound {
                throw error
            } catch {
                let reason = CommandFailure(wrapping: error)
                throw CommandFailure(
                    .transport,
                    "target \(other.name) may have job \(context.job.name), but: \(reason.message)",
                    hint: "make \(other.name) reachable, or take it off the job's targets for now")
            }
        }
        return nil
    }

    private func drawn() throws -> JobObject {
        let entropy = context.session.entropy
        return JobObject(
            id: try Identifier.random(from: entropy), name: context.job.name,
            secret: try entropy.bytes(Fingerprinter.secretBytes), created: context.session.clock.now)
    }
}
