extension LocalStoreService {
    /// Removes what no point needs, while no other session uses the job.
    ///
    /// - Throws: `locked` while another session does; `corrupt` if what is needed is unknown, with nothing removed.
    package func collect(_ request: CollectRequest) throws(StoreError) -> CollectReport {
        try rights.check("collect", "job \(request.job)")
        _ = try Repository(self, job: request.job)
        return try excluding(request.job, request.maker, "collect") { () throws(StoreError) in
            isCollecting = true
            defer { isCollecting = false }
            storage.sweepTemporaries(request.job)
            var collection = GarbageCollector(self, request, rights)
            return try collection.run()
        }
    }
}
