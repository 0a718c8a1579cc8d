internal import BitCollections
internal import Platform
internal import StoreFormat

/// Proves the objects of a job where they are (DESIGN section 6, CONVENTIONS "verified N of N").
///
/// Quick: every object a point needs is there with the right length; of the packs that the newest point brought a
/// sample is hashed, and one of the others is verified by the check values of its frames. Full: every object is hashed.
/// Part: those whose names are in an arc. Base: as quick, but of all that is hashed there are a few frames.
struct StoreCheck {
    let store: LocalStoreService
    let request: CheckRequest
    /// The point asked for and the full it needs; nil for all points.
    private var asked: Set<UInt64>?
    let repository: Repository
    /// Listed before ``locations`` are read: a point is committed after its index is there, so one that a push commits
    /// meanwhile is left to the next check, and never looked at without it.
    private let generations: [UInt64]
    let locations: FrameIndex
    private var graph: RecordDependencies
    var report = CheckReport()
    /// The points that need each object.
    private var needed: [ListedObject: [UInt64]] = [:]
    /// Packs that only the newest point in question needs.
    private var newestPacks: Set<Digest256> = []
    /// Frames that are needed, and the points that need them.
    private(set) var neededFrames: [FrameID: [UInt64]] = [:]
    /// Of each point that was looked at.
    private(set) var digests: [UInt64: Digest256] = [:]
    /// References of the previous point's segments, most of which the next point has too.
    private var segments: [Point.Segment: [FrameID: BitSet]] = [:]
    /// Position in the report of each damaged object.
    private var damagePositions: [String: Int] = [:]

    init(_ store: LocalStoreService, _ request: CheckRequest) throws(StoreError) {
        self.store = store
        self.request = request
        repository = try Repository(store, job: request.job)
        generations = try repository.generations()
        locations = try repository.frames()
        graph = RecordDependencies(repository, locations, triesCopies: true)
    }

    mutating func run(_ progress: (CheckReport) throws(StoreError) -> Void) throws(StoreError) -> CheckReport
    {
        asked = try askedPoints(generations)
        var previous: Set<Digest256> = []
        let before =
            request.level == .quick
            ? request.generation.flatMap { asked in generations.last { $0 < asked } } : nil
        for generation in generations {
            let isAsked = asked?.contains(generation) ?? true
            // The point before the one asked for tells which packs are its own.
            guard isAsked || generation == before else { continue }
            try store.pulse?()
            try progress(report)
            let packs = try look(at: generation, isAsked: isAsked, of: generations)
            if isAsked { newestPacks = packs.subtracting(previous) }
            previous = packs
        }
        try compareCopies()
        try addUnreferenced()
        let present = try checkPresence()
        guard request.level != .base else {
            try proveSample()
            return report
        }
        if let part = request.part {
            try hash(part, of: present, progress)
            return report
        }
        let toHash = sample(present)
        report.objectsToHash = toHash.count
        for object in toHash {
            try hash(object)
            try progress(report)
        }
        return report
    }

    private func askedPoints(_ generations: [UInt64]) throws(StoreError) -> Set<UInt64>? {
        guard let generation = request.generation else { return nil }
        guard generations.contains(generation) else {
            throw StoreError(.notFound, "verify", "job \(request.job)", "there is no point \(generation)")
        }
        // A point that cannot be read is reported when its turn comes.
        let full = (try? repository.point(generation))?.point.full?.generation
        return full.map { [generation, $0] } ?? [generation]
    }

    /// Notes everything one point needs; returns its packs.
    private mutating func look(
        at generation: UInt64, isAsked: Bool, of generations: [UInt64]
    ) throws(StoreError) -> Set<Digest256> {
        let key = ObjectKey.point(request.job, generation)
        if isAsked { report.points += 1 }
        let point: Point
        do throws(StoreError) {
            let stored = try repository.point(generation)
            point = stored.point
            digests[generation] = stored.digest
            if isAsked { try checkReferences(of: stored, generations) }
        } catch {
            if error.kind == .notFound, try isForgotten(generation) {
                if isAsked { report.points -= 1 }
                return []
            }
            // Nothing else is known of what it needs.
            if isAsked {
                try damaged(error, generation)
                report.neededObjects += 1
            }
            return []
        }
        if isAsked, let length = try store.length(of: key) { note(key, length, generation) }
        var roots: [FrameID: BitSet] = [:]
        var kept: [Point.Segment: [FrameID: BitSet]] = [:]
        for segment in point.segments {
            if isAsked { note(.map(request.job, segment.name), segment.length, generation) }
            do throws(StoreError) {
                let found =
                    if let known = segments[segment] { known } else { try references(segment) }
                kept[segment] = found
                roots.merge(found) { $0.union($1) }
            } catch {
                if isAsked { try damaged(error, generation) }
            }
        }
        segments = kept
        let (records, missing) = try graph.closure(of: roots)
        if isAsked, request.level == .base {
            for frame in records.keys { neededFrames[frame, default: []].append(generation) }
        }
        var packs: Set<Digest256> = []
        for frame in records.keys {
            guard let location = locations[frame] else { continue }
            packs.insert(location.pack)
        }
        guard isAsked else { return packs }
        for pack in packs {
            note(.pack(request.job, pack), locations.length(ofPack: pack) ?? 0, generation)
        }
        for frame in missing {
            let object = frame.pack.map { ObjectKey.pack(request.job, $0).path } ?? "frame \(frame.frame)"
            add(.init(object: object, reason: frame.reason, points: [generation]))
        }
        return packs
    }

    private func references(_ segment: Point.Segment) throws(StoreError) -> [FrameID: BitSet] {
        let key = ObjectKey.map(request.job, segment.name)
        guard let length = try store.length(of: key) else {
            throw StoreError(.notFound, "read", key.path, "no such object in \(store.label)")
        }
        return try repository.references(segment.name, length: length, pulse: store.pulse)
    }

    /// Without a point, every object of the job is looked at once, whether a point needs it or not.
    private mutating func addUnreferenced() throws(StoreError) {
        guard request.generation == nil, [.full, .part].contains(request.level) else { return }
        let known = Set(needed.keys.map { $0.key })
        for kind in [ObjectKind.pack, .map, .index] {
            for object in try store.list(kind, job: request.job) where !known.contains(object.key) {
                needed[object] = []
            }
        }
    }

    private mutating func checkPresence() throws(StoreError) -> [ListedObject] {
        report.neededObjects += needed.count
        var present: [ListedObject] = []
        // Of thousands of objects, a path made for every comparison would take longer than looking at them.
        for (_, object) in needed.keys.map({ ($0.key.path, $0) }).sorted(by: { $0.0 < $1.0 }) {
            let length = try store.length(of: object.key)
            if length == object.length {
                report.presentObjects += 1
                present.append(object)
            } else if length == nil, case .point(_, let generation) = object.key,
                try isForgotten(generation)
            {
                report.neededObjects -= 1
            } else {
                let reason = length.map { "has \($0) bytes, should have \(object.length)" } ?? "is missing"
                add(
                    .init(object: object.key.path, reason: reason, points: needed[object] ?? []),
                    replacing: true)
            }
        }
        return present
    }

    /// The objects to hash: all, or the newest point's own packs and a sample of the others.
    private func sample(_ objects: [ListedObject]) -> [ListedObject] {
        guard request.level == .quick else { return objects }
        var own: [ListedObject] = []
        var others: [ListedObject] = []
        for object in objects {
            guard case .pack(_, let name) = object.key else { continue }
            if newestPacks.contains(name) { own.append(object) } else { others.append(object) }
        }
        return sample(of: own) + sample(of: others)
    }

    /// A few of the packs, others with every seed.
    private func sample(of packs: [ListedObject]) -> [ListedObject] {
        var sampled: [ListedObject] = []
        var bytes = 0
        for pack in packs.map({ ($0, rank($0)) }).sorted(by: { $0.1 < $1.1 }).map(\.0) {
            if !sampled.isEmpty, bytes + pack.length > CheckRequest.sampledBytes { continue }
            sampled.append(pack)
            bytes += pack.length
        }
        return sampled
    }

    /// A pseudo-random order of the packs that the request's seed decides.
    private func rank(_ object: ListedObject) -> UInt64 {
        CheckValue.of(Array("\(request.seed) \(object.key.path)".utf8).span)
    }

    mutating func hash(_ object: ListedObject) throws(StoreError) {
        let expected: Digest256
        switch object.key {
        case .pack(_, let name), .map(_, let name), .index(_, let name): expected = name
        case .point, .note, .tombstone, .job, .store:
            // Its own digests were checked when it was read.
            report.hashedObjects += 1
            report.hashedBytes += object.length
            return
        }
        do throws(StoreError) {
            // New packs are hashed and compared with their names. Older packs were hashed on arrival; their frames are verified for damage since.
            if request.level == .quick, !newestPacks.contains(expected) {
                try proveFrames(of: object)
                report.hashedObjects += 1
                report.hashedBytes += object.length
                return
            }
            let found = try store.storage.hash(object.key)
            report.hashedObjects += 1
            report.hashedBytes += object.length
            if found != expected {
                add(
                    .init(
                        object: object.key.path, reason: "its SHA-256 is \(found)",
                        points: needed[object] ?? []),
                    replacing: true)
            }
        } catch {
            guard error.isDamage else { throw error }
            add(.init(object: object.key.path, reason: error.detail, points: needed[object] ?? []))
        }
    }

    private mutating func note(_ key: ObjectKey, _ length: Int, _ generation: UInt64) {
        needed[ListedObject(key: key, length: length), default: []].append(generation)
    }

    private mutating func damaged(_ error: StoreError, _ generation: UInt64) throws(StoreError) {
        guard error.tellsOfDamage else { throw error }
        add(.init(object: error.subject, reason: error.detail, points: [generation]))
    }

    /// Notes a damaged object, once for all points that need it.
    ///
    /// - Parameter replacing: The reason is plainer than the one that may be there: what a point missed first.
    mutating func add(_ damage: CheckReport.Damage, replacing: Bool = false) {
        guard let position = damagePositions[damage.object] else {
            guard report.damage.count < CheckReport.maximumDamage else { return }
            damagePositions[damage.object] = report.damage.count
            report.damage.append(damage)
            return
        }
        let known = report.damage[position]
        let points = Set(known.points).union(damage.points).sorted()
        report.damage[position] = .init(
            object: known.object, reason: replacing ? damage.reason : known.reason, points: points)
    }
}
