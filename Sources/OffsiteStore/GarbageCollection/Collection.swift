internal import Platform
internal import StoreFormat

/// Takes away what no point of a job needs: mark, move to the trash, sweep what has lain there long enough (RELIABILITY 2.7).
///
/// Nobody else uses the job meanwhile. Counts are kept nowhere: every collection marks anew, from all points, or does nothing.
struct GarbageCollector {
    let store: LocalStoreService
    let request: CollectRequest
    /// Seconds that things stay in the trash.
    private let grace: Int64
    let trash: any JobTrash
    var report = CollectReport()
    var job: Name { request.job }

    init(_ store: LocalStoreService, _ request: CollectRequest, _ rights: DeletionPermissions) {
        self.store = store
        self.request = request
        grace = max(0, max(request.graceSeconds, rights.minGrace))
        trash = store.storage.trash(request.job, isEmptiedAtOnce: grace == 0)
    }

    mutating func run() throws(StoreError) -> CollectReport {
        let recalled = try takePointsBack()
        var marking: LiveSet
        let shelf: PointShelf
        do throws(StoreError) { (shelf, marking) = try mark() } catch {
            for generation in recalled { try putPointBack(generation, recalled) }
            throw error
        }
        report.points = marking.generations.count
        let newest = marking.generations.last ?? 0
        guard newest > 0 else { return report }
        try noteReturn(of: recalled, shelf)
        guard request.recalled.isEmpty else { return report }
        try shelf.requireUnchanged(store, "collect")
        // A point that was taken away comes back after a power cut, unless this is durable.
        try store.storage.settleNames([.objects(.point, job)])
        // Before anything is written: where a disk is full, this makes room.
        try sweep(newest)
        let packs = try survey(&marking)
        try moveDead(packs.dead, newest)
        try compact(packs.alive, marking, shelf, newest)
        try mergeIndexes(shelf, newest, of: packs.alive, marking.locations)
        try trash.sync()
        if grace == 0 { try sweep(newest) }
        report.sweptFiles += trash.removed.files
        report.sweptBytes += trash.removed.bytes
        report.trashBytes = try trash.bytes()
        return report
    }

    // MARK: marking

    /// Reads all points, and finds what they need; what is missing is looked for in the trash.
    private mutating func mark() throws(StoreError) -> (PointShelf, LiveSet) {
        let shelf = try PointShelf(reading: store, job: job)
        try shelf.requireAll("collect")
        let tomb = try shelf.repository.newestTombstone()
        try shelf.repository.requireNoGap(shelf.points.map(\.generation), tomb, "collect")
        var lost: LostObject
        switch try LiveSet.run(store, shelf) {
        case .success(let marking): return (shelf, marking)
        case .failure(let found): lost = found
        }
        if !request.isTrial, try takeAllBack() > 0 {
            switch try LiveSet.run(store, shelf) {
            case .success(let marking): return (shelf, marking)
            case .failure(let found): lost = found
            }
        }
        throw shelf.refusal("collect", lost.what, lost.points)
    }

    private mutating func takeAllBack() throws(StoreError) -> Int {
        var count = 0
        for batch in try trash.batches().reversed() { count += try trash.undelete(batch) }
        report.returnedObjects += count
        return count
    }

    // MARK: what is dead

    private mutating func survey(
        _ marking: inout LiveSet
    ) throws(StoreError) -> (alive: [Repack.Candidate], dead: [ListedObject]) {
        var frames: [Digest256: [PackFooter.Entry]] = [:]
        for frame in marking.records.keys {
            guard let location = marking.locations[frame] else { continue }
            frames[location.pack, default: []].append(location.entry)
        }
        var alive: [Repack.Candidate] = []
        var dead: [ListedObject] = []
        for object in try store.list(.pack, job: job) {
            guard let name = object.key.digest else { continue }
            guard let entries = frames[name]?.sorted(by: { $0.offset < $1.offset }) else {
                let isIndexed = marking.locations.isIndexed(name)
                if try isIndexed ? true : isOver(object) { dead.append(object) }
                continue
            }
            var live = PackBuilder.framingBytes(of: entries)
            for entry in entries { live += try marking.liveBytes(entry.frame, entry) }
            alive.append(.init(pack: name, length: object.length, frames: entries, liveBytes: live))
            report.packs += 1
            report.packBytes += object.length
            report.liveBytes += live
            try store.pulse?()
        }
        for object in try store.list(.map, job: job) {
            guard let name = object.key.digest, !marking.maps.contains(name) else { continue }
            if try isOver(object) { dead.append(object) }
        }
        return (alive, dead)
    }

    /// True if no push resumes from an object that nothing names: it is old, or damaged.
    private func isOver(_ object: ListedObject) throws(StoreError) -> Bool {
        try isOld(object.key) ? true : !isAsItArrived(object)
    }

    /// The next push may resume from what an interrupted push has left.
    private func isOld(_ key: ObjectKey) throws(StoreError) -> Bool {
        if grace == 0 { return true }
        guard let modified = try store.storage.modified(key) else { return false }
        return store.storage.now.seconds - modified.seconds > grace
    }

    private mutating func moveDead(_ dead: [ListedObject], _ newest: UInt64) throws(StoreError) {
        for object in dead {
            report.deadObjects += 1
            report.deadBytes += object.length
            if !request.isTrial { try trash.put(object.key, newest: newest) }
        }
        guard !request.isTrial else { return }
        // Damage that was put aside when it was repaired.
        try trash.putDamaged(newest: newest)
        try trash.sync()
    }

    // MARK: sweeping

    /// Removes for good what has lain in the trash for long enough, by the clock and by the points made since.
    private mutating func sweep(_ newest: UInt64) throws(StoreError) {
        let now = store.storage.now
        for batch in try trash.batches() {
            let isOver =
                grace == 0
                || (newest >= batch.generation + CollectRequest.graceGenerations
                    && now.seconds - batch.time.seconds >= grace)
            guard isOver, !request.isTrial else { continue }
            let removed = try trash.remove(batch)
            report.sweptFiles += removed.files
            report.sweptBytes += removed.bytes
        }
    }
}
