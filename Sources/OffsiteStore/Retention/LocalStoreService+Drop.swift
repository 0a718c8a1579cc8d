internal import StoreFormat
internal import Platform

extension LocalStoreService {
    /// Order: verify that it may go, take its name away, remove its files.
    ///
    /// A crash leaves the job whole, or gone by name; the next drop of that name removes what is left.
    package func drop(_ request: DropRequest) throws(StoreError) -> DropReport {
        let job = request.job
        try rights.check("drop", "job \(job)")
        _ = try storeObject()
        guard try storage.hasPlace(for: job) else {
            guard try storage.hasDropped(job) else {
                _ = try storage.removeDropped(job)
                throw StoreError(.notFound, "drop", "job \(job)", "\(label) has no such job")
            }
            return try remove(request, DropReport())
        }
        // This session's own lock would be in the way.
        unlockPush(job)
        return try excluding(job, request.maker, "drop") { () throws(StoreError) in
            let lock = try storage.lock(job, .push, .exclusive, holder: nil)
            guard let lock else { throw StoreError(.locked, "drop", "job \(job)", "a push is at work") }
            defer { withExtendedLifetime(lock) {} }
            let points = try generations(of: job)
            try requireNoPins(request, points)
            try requireAge(job, points)
            if !request.isTrial { try storage.drop(job) }
            return try remove(request, DropReport(points: points.count))
        }
    }

    /// Removes what has lost its name, or only counts it.
    private func remove(_ request: DropRequest, _ report: DropReport) throws(StoreError) -> DropReport {
        let job = request.job
        var report = report
        let tally: FileTally
        do throws(StoreError) {
            tally = request.isTrial ? try storage.measure(job) : try storage.removeDropped(job)
        } catch {
            guard !request.isTrial, error.kind != .unreachable, error.kind != .interrupted else {
                throw error
            }
            throw StoreError(
                error.kind, "drop", "job \(job)",
                "its points are gone, and not all of its files: \(error.description)",
                hint: error.hint ?? "type the same once more: it goes on")
        }
        report.files = tally.files
        report.bytes = tally.bytes
        return report
    }

    /// None where a job has lost its folder of points.
    private func generations(of job: Name) throws(StoreError) -> [UInt64] {
        do throws(StoreError) { return try list(.point, job: job).compactMap(\.key.generation) } catch {
            guard error.kind == .notFound else { throw error }
            return []
        }
    }

    // MARK: guards

    private func requireNoPins(_ request: DropRequest, _ points: [UInt64]) throws(StoreError) {
        guard !request.takesPinned, !points.isEmpty else { return }
        let job = request.job
        let pinned: Set<UInt64>
        do throws(StoreError) {
            let repository = try Repository(self, job: job)
            let notes = try NoteReader(repository)
            let kinds = [NoteID.Kind.pinned, .unpinned]
            var found: [NoteID.Kind: [StoredNote]] = [:]
            for kind in kinds { found[kind] = try notes.all(kind) }
            let listed = try list(.note, job: job).count {
                $0.key.note.map { kinds.contains($0.kind) } ?? false
            }
            guard found.values.reduce(0, { $0 + $1.count }) == listed else {
                throw StoreError(.corrupt, "drop", "job \(job)", "a note that may be a pin cannot be read")
            }
            pinned = Set(PointMarks(found).pinned.keys.map(\.generation)).intersection(points)
        } catch {
            guard error.tellsOfDamage else { throw error }
            throw StoreError(
                .refused, "drop", "job \(job)",
                "it cannot be told whether points are pinned (\(error.detail)): nothing is taken away",
                hint: "if no pin is to keep them: --pinned-too")
        }
        guard let first = pinned.min() else { return }
        let others = pinned.count == 1 ? "" : " and \(pinned.count - 1) more"
        throw StoreError(
            .refused, "drop", "job \(job)", "point \(first)\(others) is pinned: nothing is taken away",
            hint: "if no pin is to keep them: --pinned-too; else: hybridrep unpin \(job) \(first)")
    }

    /// Objects that a key may not forget it may not drop either.
    private func requireAge(_ job: Name, _ points: [UInt64]) throws(StoreError) {
        let least = rights.minAge.saturatingAdd(rights.minGrace)
        guard least > 0 else { return }
        let now = storage.now
        func require(_ time: Timestamp, _ what: String) throws(StoreError) {
            guard now.seconds.saturatingSubtract(time.seconds) < least else { return }
            throw refusal(job, "\(what) is younger than \(HumanQuantity.age(Int(clamping: least)))")
        }
        if !points.isEmpty {
            let repository = try Repository(self, job: job)
            for generation in points {
                let received: Timestamp
                do throws(StoreError) { received = try repository.point(generation).receipt.received } catch {
                    guard error.tellsOfDamage else { throw error }
                    throw refusal(job, "the age of point \(generation) is not known")
                }
                try require(received, "point \(generation)")
                try pulse?()
            }
        }
        for batch in try batches(of: job) { try require(batch.time, "what is in the trash") }
    }

    /// None where a job has lost its trash.
    private func batches(of job: Name) throws(StoreError) -> [TrashBatch] {
        do throws(StoreError) { return try storage.trash(job, isEmptiedAtOnce: false).batches() } catch {
            guard error.kind == .notFound else { throw error }
            return []
        }
    }

    private func refusal(_ job: Name, _ detail: String) -> StoreError {
        StoreError(
            .refused, "drop", "job \(job)", "\(detail), which this store keeps from every key",
            hint: "drop the job at the store's own host, with --store")
    }
}
