internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// Proves in the store what a push is to be built upon, and makes the best of what is damaged there.
///
/// Damage makes a push longer and never stops it: what the store has lost of the base is shipped again, all of it where
/// the base's map is lost. What is damaged stays as it is, but for map segments of which this host has a copy.
struct BaseVerification {
    let target: Name
    let repository: Repository
    let state: JobState
    /// The images that this host keeps.
    let images: any BaseImages
    let scratch: ScratchFolder
    /// Chooses what is verified; another one with every push.
    let seed: UInt64
    /// Author and time of the note that names the damage.
    let maker: String
    let made: Timestamp
    /// ``CheckRequest/Level/base``, or ``CheckRequest/Level/full`` to verify every byte.
    let level: CheckRequest.Level

    private var job: Name { repository.job.name }

    /// - Parameter image: A point's image, or what is known of it, by its map.
    /// - Throws: `fullDamaged` when that is the full of the log point that is made.
    func run(
        _ stored: StoredPoint?, full: StoredPoint?,
        image: (Point, LayeredMap) throws(SyncError) -> (BaseImage, isLocal: Bool)
    ) throws(SyncError) -> PushBase {
        guard let stored else { return .none(of: full) }
        var (damage, report) = try prove(stored, full)
        do throws(SyncError) {
            // Before it is read: a disk may not give it back at all.
            if let report { try expectMap(of: stored.point, report) }
            let isKnown = state.target(target)?.digest == stored.digest
            var map = try LayeredMap(
                of: stored.point, from: repository, state: state, scratch, isKnown: isKnown)
            var lost = MissingRanges()
            if let report { (map, lost) = try salvage(map, of: stored.point, report) }
            let (image, isLocal) = try image(stored.point, map)
            damage?.lostBytes = lost.byteCount
            return PushBase(
                point: stored, full: full, image: image, map: map, isLocal: isLocal, lost: lost,
                damage: damage)
        } catch {
            switch error {
            case .damaged, .unbounded: break
            default: throw error
            }
            // A log point still has the logs of its full.
            var base =
                if full == nil {
                    withoutMap(stored.point)
                } else if full == stored { PushBase.none(of: full) } else {
                    try run(full, full: full, image: image)
                }
            base.damage = damage ?? BaseDamage(objects: [path(of: stored)], points: [stored.point.generation])
            base.damage?.lostBytes = stored.point.layout.length
            return base
        }
    }

    /// A base whose map is lost: all of it is shipped, and this host may know from its image what has changed.
    private func withoutMap(_ point: Point) -> PushBase {
        var base = PushBase.none(of: nil)
        guard let image = images.base(point.imageDigest) else { return base }
        base.image = image
        base.lost.append(0..<point.layout.length)
        return base
    }

    /// - Returns: The damage found, and the damage left after this host has restored what it could.
    private func prove(
        _ base: StoredPoint, _ full: StoredPoint?
    ) throws(SyncError) -> (BaseDamage?, CheckReport?) {
        let generation = base.point.generation
        var report = try check(generation, level)
        guard !report.isGood else { return (nil, nil) }
        var damage = BaseDamage(objects: report.damage.map(\.object))
        let isMended = try mend(base.point, report)
        // If something is damaged, more may be: then every byte is verified.
        if isMended || level != .full { report = try check(generation, .full) }
        guard !report.isGood else { return (damage, nil) }
        damage.objects = Set(damage.objects + report.damage.map(\.object)).sorted()
        damage.points = Set(report.damage.flatMap(\.points)).sorted()
        damage.found = report.damage
        damage.noteFailure = try note(damage.found, of: base)
        if let full, damage.points.contains(full.point.generation) {
            throw .fullDamaged(full.point.imageDigest, generation: full.point.generation, target: target)
        }
        return (damage, report)
    }

    /// Notes the findings in the store, whatever the push does next: a damaged point is not the newest good one.
    ///
    /// - Returns: Why it could not, where the push can go on all the same.
    private func note(_ found: [CheckReport.Damage], of base: StoredPoint) throws(SyncError) -> StoreError? {
        do throws(StoreError) {
            let damage = Note.Damage.list(try repository.reach(found))
            try repository.add(.verified) {
                var note = Note($0, point: base.reference, made: made, maker: maker)
                note.outcome = .bad
                note.damage = damage
                return note
            }
            return nil
        } catch {
            guard ![.unreachable, .interrupted].contains(error.kind) else { throw .store(error) }
            return error
        }
    }

    private func check(_ generation: UInt64, _ level: CheckRequest.Level) throws(SyncError) -> CheckReport {
        let request = CheckRequest(job: job, generation: generation, level: level, seed: seed)
        return try syncing { () throws(StoreError) in try repository.store.check(request) { _ in } }
    }

    /// Gives the store the segments of the base's map that it has lost, where this host kept them.
    private func mend(_ point: Point, _ report: CheckReport) throws(SyncError) -> Bool {
        var isMended = false
        for segment in damagedSegments(of: point, report) {
            guard let kept = state.segment(segment, of: repository.job) else { continue }
            do throws(StoreError) {
                try repository.store.put(
                    .map, job: job, kept.file, length: segment.length, name: segment.name)
                isMended = true
            } catch {
                // A store that refuses has the image shipped again.
                guard [.corrupt, .failed].contains(error.kind) else { throw .store(error) }
            }
        }
        return isMended
    }

    /// - Throws: `damaged` if the base's map is, or may be: a report's list may be cut short.
    private func expectMap(of point: Point, _ report: CheckReport) throws(SyncError) {
        guard report.damage.count < CheckReport.maximumDamage, damagedSegments(of: point, report).isEmpty
        else { throw .damaged("the map of point \(point.id)") }
    }

    /// The base's map without what leads to damaged packs.
    private func salvage(
        _ map: LayeredMap, of point: Point, _ report: CheckReport
    ) throws(SyncError) -> (LayeredMap, MissingRanges) {
        var salvage = try MapRecovery(repository, damaged: Set(report.damage.map(\.object)))
        return try salvage.run(map, of: point, scratch)
    }

    private func damagedSegments(of point: Point, _ report: CheckReport) -> [Point.Segment] {
        let damaged = Set(report.damage.map(\.object))
        return point.segments.filter { damaged.contains(ObjectKey.map(job, $0.name).path) }
    }

    private func path(of stored: StoredPoint) -> String {
        ObjectKey.point(job, stored.point.generation).path
    }
}
