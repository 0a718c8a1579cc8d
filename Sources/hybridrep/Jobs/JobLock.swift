internal import BackupStream
internal import Platform

/// Keeps runs of one job on one host apart.
struct JobLock {
    /// Takes the lock, waiting up to `seconds` for another run to end.
    static func acquire(_ spool: Spool, _ context: JobContext, waiting seconds: Int) throws -> any HeldLock {
        let wait = LockWait(seconds: seconds, context.session.clock)
        repeat {
            if let lock = try spool.acquire() {
                try lock.describe(context.holder)
                return lock
            }
        } while wait.pause()
        let text = try? context.session.files.contents(spool.folder + "/lock", limit: 4096)
        let holder = text.map { String(decoding: $0, as: UTF8.self) } ?? "another run"
        throw CommandFailure(
            .locked, "job \(context.job.name) is locked by \(holder)",
            hint: "wait for it, or give --lock-wait 10m")
    }
}
