internal import DeltaSync
internal import OffsiteStore
internal import Platform

/// Gives a job its place in one store, under the identity it has everywhere.
///
/// Id and secret are drawn by the first `init` and adopted by every later one, from this host's state or from
/// any target; while a target is unreachable and none has them, nothing is drawn (DESIGN section 4).
struct JobRegistration {
    let context: JobContext
    let target: TargetConfiguration
    let store: any ObjectStore

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
        let identity = try there ?? known ?? adopted() ?? drawn()
        // Also when it is there: whoever made it may not have lived to make all of it durable.
        let isNew = try store.publishJob(name, identity.encoded(store: storeID))
        // Another host may have been quicker: what the store has is the job's identity.
        try context.state.remember(isNew ? identity : try existing() ?? identity)
        try reconsider(storeID)
        return isNew
    }

    /// Forgets what was remembered of the target where that no longer holds: another store, or an older copy.
    private func reconsider(_ storeID: Identifier) throws {
        guard let memory = context.state.target(target.name) else { return }
        let points = try PointReader(store, job: context.job.name)
        let generations = try points.generations()
        do throws(SyncError) {
            try memory.check(storeID, target: target.name, among: generations) {
                (generation) throws(SyncError) in
                do throws(StoreError) { return try points.undamaged(generation)?.digest } catch {
                    throw .store(error)
                }
            }
        } catch {
            guard case .wrongStore = error else { throw error }
            try context.state.forget(target.name)
        }
    }

    private func existing() throws -> JobObject? {
        do { return try PointReader(store, job: context.job.name).job } catch let error
            where error.kind == .notFound
        { return nil }
    }

    /// The identity that another target of the job has.
    private func adopted() throws -> JobObject? {
        for other in try context.targets(nil) where other.name != target.name {
            do {
                let store = try context.connection.open(other)
                let found = try PointReader(store, job: context.job.name).job
                try store.close()
                return found
            } catch let error as StoreError where error.kind == .notFound {
                continue
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
