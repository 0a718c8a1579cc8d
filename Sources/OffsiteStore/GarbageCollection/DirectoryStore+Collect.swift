internal import Platform

extension DirectoryStore {
    /// Takes away what no point needs, while nobody else uses the job.
    ///
    /// - Throws: `locked` while somebody does; `corrupt` where what is needed cannot be told, with nothing taken away.
    package func collect(_ request: CollectRequest) throws(StoreError) -> CollectReport {
        let job = request.job
        try rights.check("collect", "job \(job)")
        _ = try Repository(self, job: job)
        // This session's own share of it would be in the way.
        sharedLocks[job] = nil
        sharedLocks[job] = try exclude(job, request.maker, "collect")
        isCollecting = true
        defer {
            isCollecting = false
            sharedLocks[job] = nil
        }
        sweepTemporaries(job)
        var collection = GarbageCollector(self, request, rights)
        return try collection.run()
    }

    /// The job's lock, for nobody else.
    func exclude(_ job: Name, _ holder: String, _ operation: String) throws(StoreError) -> any HeldLock {
        let file = folder(job, "lock")
        let lock = try wrap("lock", file) { () throws(SystemError) in try files.lock(file, .exclusive) }
        guard let lock else {
            throw StoreError(
                .locked, operation, "job \(job)",
                "it is in use: a push, a verification or a restore is at work",
                hint: "try again later, or give --lock-wait")
        }
        try wrap("lock", file) { () throws(SystemError) in try lock.describe(holder) }
        return lock
    }
}
