internal import BackupStream
internal import DeltaSync
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// A push to one target that connects again when the connection breaks, and goes on where it was.
struct RetryingPush {
    /// How long the agent of a broken connection may take to notice, and still hold the lock.
    private static let lingeringSeconds = 60

    let context: JobContext
    let identity: JobObject
    let spool: Spool
    let target: TargetConfiguration
    let lockWaitSeconds: Int
    /// Bytes of the sessions that were lost.
    private(set) var lostTraffic = Traffic()
    private(set) var packLength = PackLength()

    private var session: CommandContext { context.session }

    /// - Parameter store: A session with the target, with which it begins.
    /// - Returns: The job in the session with which it ended.
    mutating func run(
        _ request: PushRequest, _ store: any ObjectStore, progress: (Int) throws(SyncError) -> Void
    ) throws -> (Repository, PushResult) {
        var store = store
        var lockWaitSeconds = lockWaitSeconds
        var patience = Backoff(seconds: target.retrySeconds, session.clock)
        var mostDone = 0
        while true {
            do throws(SyncError) {
                let wait = LockWait(seconds: lockWaitSeconds, session.clock)
                return try push(request, store, wait) { (done) throws(SyncError) in
                    if done > mostDone { patience.noteProgress() }
                    mostDone = max(mostDone, done)
                    try progress(done)
                }
            } catch {
                guard case .store(let cause) = error, cause.kind == .unreachable else { throw error }
                lostTraffic = lostTraffic + store.traffic
                packLength.noteBreak(afterBytes: store.traffic.sentBytes)
                store = try reconnect(after: cause, &patience)
                lockWaitSeconds = max(lockWaitSeconds, Self.lingeringSeconds)
            }
        }
    }

    /// Pushes, waiting for another push of this job to end if it must.
    private func push(
        _ request: PushRequest, _ store: any ObjectStore, _ wait: LockWait,
        progress: (Int) throws(SyncError) -> Void
    ) throws(SyncError) -> (Repository, PushResult) {
        let repository: Repository
        do throws(StoreError) { repository = try Repository(store, job: context.job.name) } catch {
            throw .store(error)
        }
        var push = Push(
            to: repository, target: target.name, job: identity, state: context.state,
            images: SpoolBases(spool: spool, job: identity.id), files: session.files, entropy: session.entropy
        )
        push.packBytes = packLength.bytes
        while true {
            do throws(SyncError) {
                return (repository, try push.run(request, holder: context.holder, progress: progress))
            } catch {
                guard case .store(let cause) = error, cause.kind == .locked, wait.pause() else { throw error }
            }
        }
    }

    /// - Throws: The last failure, when patience has ended.
    private func reconnect(
        after first: StoreError, _ patience: inout Backoff
    ) throws -> any ObjectStore {
        var failure = first
        while let seconds = patience.nextPause() {
            if Interruption.cause != nil { throw SyncError.interrupted }
            session.console.warning(
                "\(failure); retrying in \(seconds) s", job: context.job.name, target: target.name)
            session.clock.sleep(milliseconds: seconds * 1_000)
            do { return try context.connection.open(target) } catch let error as StoreError {
                guard error.kind == .unreachable else { throw error }
                failure = error
            }
        }
        throw failure
    }
}
