extension LocalStoreService {
    /// Takes away what no point needs, while nobody else uses the job.
    ///
    /// - Throws: `locked` while somebody does; `corrupt` where what is needed is not known, with nothing taken away.
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
