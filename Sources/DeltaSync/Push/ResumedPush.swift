internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// What a push takes over from those before it that came to no point.
struct ResumedPush {
    let journal: PushJournal
    /// Finds the blocks that need not be shipped; nil where nothing was left.
    let blocks: UploadedBlocks?
    private let packs: [PackIndex.Pack]

    /// Asks the store, once, which of the packs in the journal it has.
    ///
    /// - Parameter base: What this push builds upon; what was made against anything else is of no use.
    init(
        _ journal: PushJournal, _ left: InterruptedPushes, in store: any ObjectStore, _ id: Identifier,
        job: Name,
        base: PushBase
    ) throws(SyncError) {
        let begin = JournalChunk.begin(store: id, base: base.digest, isDamaged: !base.lost.ranges.isEmpty)
        let given = left.packs(begin)
        let asked = given.map { ListedObject(key: .pack(job, $0.name), length: $0.length) }
        let answers = try syncing { () throws(StoreError) in
            asked.isEmpty ? [] : try store.adopt(asked, job: job)
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
