import Image
import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import TestSupport

/// One thing that the holder of an append-only key tries, in a session of its own.
enum Attack: CaseIterable, Sendable {
    /// A pack with the ids of the job's own frames, longer, and other content; with an index, and without.
    case shadow, shadowWithoutIndex
    /// An index that says something else of real packs.
    case wrongPlace, wrongLength, packThatIsNotThere, packWithoutFrames
    /// A point upon the newest whose map says that everything is zero, or terabytes of it.
    case zeroMap, endlessZeros
    /// A point with counts and times that no arithmetic bears.
    case absurdCounts, absurdTimes
    /// A point whose map is not one.
    case garbageMap
    /// The same without the push lock.
    case commitWithoutLock
    /// Marks that are the owner's to make, and numbers that leave none.
    case release, unpin, suspend, usedUpNumbers, notesAhead
    /// What the key has no right to.
    case forget, collect
    /// An honest object, changed and sealed again.
    case changedObject
    /// A job of a name that nobody has yet.
    case squat
    /// A lock that is held while the owner's night comes.
    case holdLock
}

/// Carries attacks out, as far as the agent lets it.
struct Attacker {
    private let honest: HonestJob
    private let maker: Maker?
    private var random: SeededGenerator

    /// - Parameter maker: Whose key was stolen, or the intruder's own.
    init(_ honest: HonestJob, maker: Maker?, seed: UInt64) {
        self.honest = honest
        self.maker = maker
        random = SeededGenerator(seed: seed)
    }

    /// - Returns: A session that stays open, for the attacks that hold something.
    mutating func run(_ attack: Attack) throws -> AgentStore? {
        let store = try honest.session(of: maker, seed: random.next())
        do throws(StoreError) { try perform(attack, store) } catch {}
        if attack == .holdLock { return store }
        try? store.close()
        return nil
    }

    private var job: Name { HonestJob.name }

    private mutating func perform(_ attack: Attack, _ store: AgentStore) throws(StoreError) {
        let repository = try Repository(store, job: job)
        switch attack {
        case .shadow: try shadow(store, withIndex: true)
        case .shadowWithoutIndex: try shadow(store, withIndex: false)
        case .wrongPlace:
            try lie(store) { .init(name: $0.name, length: $0.length, frames: $0.frames.map(Self.longer)) }
        case .wrongLength: try lie(store) { .init(name: $0.name, length: $0.length + 1, frames: $0.frames) }
        case .packThatIsNotThere:
            let name = SHA256Hasher.hash(random.bytes(8).span)
            try lie(store) { .init(name: name, length: $0.length, frames: $0.frames.map(Self.longer)) }
        case .packWithoutFrames: try lie(store) { .init(name: $0.name, length: $0.length, frames: []) }
        case .zeroMap: try commit(store, repository, length: nil)
        case .endlessZeros: try commit(store, repository, length: 1 << 40)
        case .absurdCounts:
            try commit(store, repository, length: nil) { point in
                point.counts.changedBlocks = 1 << 62
                point.counts.shippedBytes = 1 << 62
                point.counts.pages = 1 << 62
            }
        case .absurdTimes:
            let time = random.next() % 2 == 0 ? Int64.min : Int64.max
            try commit(store, repository, length: nil) { $0.sourceTime = Timestamp(nanoseconds: time) }
        case .garbageMap:
            let bytes = random.bytes(3000)
            let name = try store.put(.map, job: job, bytes)
            try commit(store, repository, length: nil) {
                $0.segments = [.init(name: name, length: bytes.count)]
            }
        case .commitWithoutLock: try commit(store, repository, length: nil, locks: false)
        case .release, .unpin, .suspend, .usedUpNumbers, .notesAhead: try note(attack, store, repository)
        case .forget:
            let all = try repository.generations().map { (generation) throws(StoreError) in
                ForgetRequest.Item(
                    generation: generation, digest: try repository.point(generation).digest, reason: "")
            }
            var request = ForgetRequest(job: job, items: all, maker: "intruder")
            request.mayTakeMany = true
            request.trustsClock = true
            _ = try store.forget(request)
        case .collect:
            var request = CollectRequest(job: job, maker: "intruder")
            request.graceSeconds = 0
            request.wastePercent = 0
            _ = try store.collect(request)
        case .changedObject: try changeObject(store)
        case .squat:
            guard let name = Name("job\(random.next() % 1000)") else { return }
            let secret = random.bytes(Fingerprinter.secretBytes)
            let made = JobObject(
                id: Identifier(high: random.next(), low: random.next()), name: name, secret: secret,
                created: FixedClock().now)
            _ = try store.publishJob(name, made.encoded(store: honest.storeID))
        case .holdLock: try store.lockForPush(job, holder: "intruder")
        }
    }

    private static func longer(_ entry: PackFooter.Entry) -> PackFooter.Entry {
        .init(frame: entry.frame, offset: entry.offset, length: entry.length + 1, records: entry.records)
    }

    /// Sends an index in which each pack is what `change` makes of it.
    private func lie(
        _ store: AgentStore, _ change: (PackIndex.Pack) -> PackIndex.Pack
    ) throws(StoreError) {
        try store.lockForPush(job, holder: "intruder")
        let packs = try indexedPacks(store).map(change)
        _ = try store.put(
            .index, job: job, PackIndex(packs).encoded(job: honest.job.id, store: honest.storeID))
    }

    private func indexedPacks(_ store: AgentStore) throws(StoreError) -> [PackIndex.Pack] {
        var packs: [PackIndex.Pack] = []
        for object in try store.list(.index, job: job) {
            let bytes = try store.whole(object, limit: PackIndex.maximumBytes)
            packs += (try? PackIndex(parsing: bytes, job: honest.job.id, store: honest.storeID))?.packs ?? []
        }
        return packs
    }

    private mutating func shadow(_ store: AgentStore, withIndex: Bool) throws(StoreError) {
        var pack = PackBuilder(job: honest.job.id)
        var bytes: [UInt8] = []
        for entry in try indexedPacks(store).flatMap(\.frames) {
            var frame = FrameBuilder(entry.frame)
            for _ in 0..<entry.records + 1 {
                let payload = random.bytes(max(4096, entry.length))
                guard frame.fits(storedBytes: payload.count, slices: 0) else { break }
                _ = frame.append(
                    Record(codec: .stored, imageOffset: 0, length: payload.count, storedBytes: payload.count),
                    payload: payload)
            }
            bytes += pack.add(frame.finish(), id: entry.frame, records: entry.records)
        }
        guard !bytes.isEmpty else { return }
        let (tail, name, footer) = pack.finish()
        bytes += tail
        let upload = try store.beginUpload(.pack, job: job)
        try upload.append(bytes)
        try upload.finish(name)
        guard withIndex else { return }
        try store.lockForPush(job, holder: "intruder")
        let index = PackIndex([.init(name: name, length: bytes.count, frames: footer.entries)])
        _ = try store.put(.index, job: job, index.encoded(job: honest.job.id, store: honest.storeID))
    }

    /// A well-formed point upon the newest, with the newest's digest and a map of zeros.
    private func commit(
        _ store: AgentStore, _ repository: Repository, length: Int?, locks: Bool = true,
        _ change: (inout Point) -> Void = { _ in }
    ) throws(StoreError) {
        guard let newest = try repository.generations().last else { return }
        let head = try repository.point(newest)
        var point = head.point
        point.generation = newest + 1
        point.parent = head.reference
        if let length {
            let extent = Extent(key: .init(.data, ""), offset: 0, length: length, blockSize: 4096)
            if let layout = try? ImageLayout([extent]) { point.layout = layout }
        }
        let size = point.layout.length
        let zeros = [MapEntry(offset: 0, length: size, source: .zero)]
        let run = [FingerprintRun(offset: 0, length: size, blockSize: 4096, source: .zero)]
        guard let map = try? MapSegment.made(zeros, run, job: honest.job.id), let bytes = try? map.bytes
        else { return }
        if locks { try store.lockForPush(job, holder: "intruder") }
        _ = try store.put(.map, job: job, bytes)
        point.segments = [map.name]
        change(&point)
        _ = try store.commit(
            point.encoded(job: honest.job.id, store: honest.storeID), generation: point.generation, job: job)
    }

    private mutating func note(
        _ attack: Attack, _ store: AgentStore, _ repository: Repository
    ) throws(StoreError) {
        guard let newest = try repository.generations().last else { return }
        let reference = try repository.point(newest).reference
        func publish(_ id: NoteID, _ point: Point.Reference? = nil) throws(StoreError) {
            let note = Note(id, point: point, made: FixedClock().now, maker: "owner", comment: "all fine")
            _ = try store.publishNote(
                note.encoded(job: honest.job.id, store: honest.storeID), id: id, job: job)
        }
        switch attack {
        case .release: try publish(NoteID(.released, random.next() % 100 + 1), reference)
        case .unpin: try publish(NoteID(.unpinned, random.next() % 100 + 1), reference)
        case .suspend: try publish(NoteID(.suspended, random.next() % 100 + 1))
        case .usedUpNumbers:
            for kind in NoteID.Kind.allCases { try? publish(NoteID(kind, NoteID.maximumNumber)) }
        default:
            for ahead in 1...20 { try? publish(NoteID(.proved, newest + UInt64(ahead)), reference) }
        }
    }

    /// Sends an honest object with some bytes changed and its digest made right again.
    private mutating func changeObject(_ store: AgentStore) throws(StoreError) {
        guard let kind = [ObjectKind.pack, .map, .index].randomElement(using: &random),
            let object = try store.list(kind, job: job).randomElement(using: &random)
        else { return }
        if kind == .index { try store.lockForPush(job, holder: "intruder") }
        var bytes = SeededMutation.apply(
            try store.whole(object, limit: 1 << 24), with: random.bytes(64), &random)
        if bytes.count > 32 {
            let digest = SHA256Hasher.hash(bytes.span.extracting(0..<bytes.count - 32))
            bytes.replaceSubrange(bytes.count - 32..<bytes.count, with: digest.bytes)
        }
        _ = try store.put(kind, job: job, bytes)
    }
}
