internal import Platform

extension DirectoryStore {
    /// Order: prove that it may be, make the tomb durable, move the points to the trash, sync.
    ///
    /// Cut anywhere, a point is there as before, or in the trash and told of.
    package func forget(_ request: ForgetRequest) throws(StoreError) -> ForgetReport {
        let job = request.job
        try rights.check("forget", "job \(job)")
        let holdsLock = holdsPushLock(job)
        if !holdsLock { try lockForPush(job, holder: request.maker) }
        defer { if !holdsLock { unlockPush(job) } }
        let shelf = try PointShelf(reading: self, job: job)
        let tomb = try newestTomb(shelf.reader.job, store: shelf.reader.storeID)
        // What is asked for without a digest is known to be unreadable.
        try shelf.requireAll(
            "forget", but: Set(request.items.lazy.filter { $0.digest == nil }.map(\.generation)))
        let guards = ForgetGuards(request, shelf, rights, trusted: tomb?.trusted ?? 0)
        try requireNoGap(guards.generations, tomb, "forget", job)
        let report = try guards.judge(now: clock.now)
        guard !report.forgotten.isEmpty || guards.newlyTrusts else { return report }
        if !report.forgotten.isEmpty { try proveNewest(guards.newestGood, job) }
        try shelf.requireUnchanged(self, "forget")
        guard !request.isTrial else { return report }
        try publish(
            guards.tomb(report, after: tomb, made: clock.now), shelf.reader.job, store: shelf.reader.storeID)
        guard !report.forgotten.isEmpty else { return report }
        var trash = Trash(self, job)
        for generation in report.forgotten {
            try trash.put(path(.point(job, generation)), newest: guards.generations.last ?? 0)
            try pulse?()
        }
        try trash.sync()
        return report
    }

    /// What stays must be worth more than what goes.
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
