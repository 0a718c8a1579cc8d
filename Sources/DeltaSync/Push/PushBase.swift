internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// The base of a delta: the newest point of its own kind, kept apart from the other kind's.
///
/// The first log point of a full has that full as its base, since its logs are there already; it takes their
/// places over into a map of its own.
struct PushBase {
    /// Nil for a job's first point.
    let point: StoredPoint?
    /// The full of the log point that is made; nil when that is a full.
    let full: StoredPoint?
    var image: BaseImage?
    let map: LayeredMap
    /// False when the image had to be read back from the store, or this host has no bytes of it.
    let isLocal: Bool
    /// Ranges of the base's image that the store has lost.
    var lost = MissingRanges()
    /// Damage of the base and of newer points; nil if none was found.
    var damage: BaseDamage?

    /// For an image that is shipped whole.
    static func none(of full: StoredPoint?) -> Self {
        Self(point: nil, full: full, image: nil, map: LayeredMap(), isLocal: true)
    }

    /// Names what is built upon: the point, and what of it is lost.
    ///
    /// A record that was made before that was known may be a delta against lost bytes.
    var digest: Digest256? {
        guard let point, !lost.ranges.isEmpty else { return point?.digest }
        let text = ([point.digest.description] + (damage?.objects ?? [])).joined(separator: "\n")
        return SHA256Hasher.hash(Array(text.utf8).span)
    }

    /// Notes that points are damaged that nothing is built upon.
    mutating func note(_ objects: [String], of points: [UInt64]) {
        var noted = damage ?? BaseDamage(objects: [])
        noted.objects += objects
        noted.points += points
        damage = noted
    }

    /// True for a full as base of a log point: the new map begins afresh.
    var isOtherKind: Bool { full != nil && point?.point.kind == .full }
}

/// Packs and blocks that a push takes over from interrupted ones.
struct ResumedPush {
    let journal: PushJournal
    /// Finds the blocks that need not be shipped; nil where nothing was left.
    let blocks: UploadedBlocks?
    private let packs: [PackIndex.Pack]

    /// Asks the store, once, which of the packs in the journal it has.
    ///
    /// - Parameter base: The base of this push; records against another base are of no use.
    init(
        _ journal: PushJournal, _ left: InterruptedPushes, in repository: Repository, base: PushBase
    ) throws(SyncError) {
        let begin = JournalChunk.begin(
            store: repository.storeID, base: base.digest, isDamaged: !base.lost.ranges.isEmpty)
        let given = left.packs(begin)
        let asked = given.map { ListedObject(key: repository.pack($0.name), length: $0.length) }
        let answers = try syncing { () throws(StoreError) in
            asked.isEmpty ? [] : try repository.store.adopt(asked, job: repository.job.name)
        }
        let packs = zip(given, answers).filter { $0.1 }.map { $0.0 }
        self.packs = packs
        blocks = left.blocks(begin, in: packs)
        self.journal = journal
        journal.begin(begin, at: packs.isEmpty ? 0 : left.end)
    }

    /// The packs in which something was found: they become the new point's.
    var usedPacks: [PackIndex.Pack] {
        guard let blocks else { return [] }
        return packs.filter { $0.frames.contains { blocks.hasUsed($0.frame) } }
    }
}

/// This host's memory of a target, before a push and after it.
extension Push {
    /// Refuses a store in which the job's name is another job's.
    func checkIdentity() throws(SyncError) {
        guard repository.job.id == job.id, repository.job.secret == job.secret else {
            throw .wrongStore(
                "target \(target) holds another job of the name \(job.name)",
                hint: "use another job name, or another store")
        }
    }

    /// Refuses a store that is not the one this host remembers, or one whose points do not follow those it has seen.
    func checkMemory(_ history: PointChain) throws(SyncError) {
        guard let memory = state.target(target) else { return }
        try memory.check(repository.storeID, target: target, among: history.generations) {
            (generation) throws(SyncError) in try history.point(generation)?.digest
        }
        guard try history.isHead(after: memory.reference) else {
            throw .wrongStore(
                "the newest points of target \(target) do not follow point \(memory.generation), which was committed",
                hint: TargetMemory.hint(target))
        }
    }

    /// The result of a push whose point was committed before, although the answer was lost.
    func committed(
        _ head: StoredPoint, _ history: PointChain, _ journal: PushJournal
    ) throws(SyncError) -> PushResult {
        var result = PushResult(point: head.point)
        result.parentID = try head.point.parent.flatMap { (parent) throws(SyncError) in
            try history.point(parent.generation)?.point.id
        }
        let full = try head.point.full.flatMap { (full) throws(SyncError) in
            try history.point(full.generation)?.point
        }
        result.stateFailure = remember(head.point, head.digest, full: full, nil, journal)
        return result
    }

    /// Writes down what this host should know of a point that is committed.
    ///
    /// - Returns: Why it could not: that costs time only.
    func remember(
        _ point: Point, _ digest: Digest256, full: Point?, _ new: MapSegment?, _ journal: PushJournal
    ) -> SystemError? {
        do throws(SystemError) {
            if let new { try state.keep(new) }
            try state.remember(
                TargetMemory(
                    store: repository.storeID, generation: point.generation, digest: digest,
                    full: TargetMemory.Base(full ?? point),
                    logs: full == nil ? nil : TargetMemory.Base(point)), of: target)
            journal.remove()
            return nil
        } catch { return error }
    }
}
