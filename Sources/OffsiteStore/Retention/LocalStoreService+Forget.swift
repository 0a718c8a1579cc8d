internal import Platform
internal import StoreFormat

extension LocalStoreService {
    /// Order: verify that they may go, make the tombstone durable, move the points to the trash, sync.
    ///
    /// Cut anywhere, a point is there as before, or in the trash and named by a tombstone.
    package func forget(_ request: ForgetRequest) throws(StoreError) -> ForgetReport {
        let job = request.job
        try rights.check("forget", "job \(job)")
        let holdsLock = holdsPushLock(job)
        if !holdsLock { try lockForPush(job, holder: request.maker) }
        defer { if !holdsLock { unlockPush(job) } }
        let shelf = try PointShelf(reading: self, job: job)
        let tomb = try shelf.repository.newestTombstone()
        // A point without a digest in the request is known to be unreadable.
        try shelf.requireAll(
            "forget", but: Set(request.items.lazy.filter { $0.digest == nil }.map(\.generation)))
        let guards = DeletionGuards(request, shelf, rights, after: tomb)
        try shelf.repository.requireNoGap(guards.generations, tomb, "forget")
        let report = try guards.judge(now: storage.now)
        guard !report.forgotten.isEmpty || guards.newlyTrusts else { return report }
        if !report.forgotten.isEmpty { try proveNewest(guards.newestGood, job) }
        try shelf.requireUnchanged(self, "forget")
        guard !request.isTrial else { return report }
        try shelf.repository.publish(guards.tomb(report, after: tomb, made: storage.now), in: storage)
        guard !report.forgotten.isEmpty else { return report }
        try take(report.forgotten, job, newest: guards.generations.last ?? 0)
        return report
    }

    /// Moves points to the trash, all of them or none: one that a disk could not be told to leave out would come back after a
    /// power cut, when what it needs is gone.
    private func take(_ generations: [UInt64], _ job: Name, newest: UInt64) throws(StoreError) {
        let trash = storage.trash(job, isEmptiedAtOnce: false)
        let points = generations.map { ObjectKey.point(job, $0) }
        do throws(StoreError) {
            for point in points {
                try trash.put(point, newest: newest)
                try pulse?()
            }
            try trash.sync()
        } catch {
            for point in points { trash.putBack(point) }
            try? trash.sync()
            throw error
        }
    }

    /// The newest good point must be intact before others go.
    private func proveNewest(_ newest: UInt64, _ job: Name) throws(StoreError) {
        let request = CheckRequest(job: job, generation: newest, level: .quick, seed: newest)
        let report = try check(request) { _ throws(StoreError) in }
        guard report.isGood else {
            let first = report.damage.first.map { "\($0.object) \($0.reason)" } ?? "nothing of it was found"
            throw StoreError(
                .corrupt, "forget", "job \(job)",
                "the newest good point, \(newest), is not proved (\(first)): nothing is forgotten",
                hint: "hybridrep verify \(job) --full")
        }
    }
}
