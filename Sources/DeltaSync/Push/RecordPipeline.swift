internal import DequeModule
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// Makes records of blocks on several threads, ships them in the order in which they were given, and writes down
/// where in the image they belong.
///
/// Blocks that nothing is like are gathered into plain records of up to 1 MiB, wherever they stand: together they
/// compress better than each alone. Such a record's place is that of its first block; the map has the others'.
struct RecordPipeline: ~Copyable {
    /// Batches under way at once: bounds memory, and keeps every worker busy while one record is sent.
    private static let mostUnderWay = 4 * EncodingTask.threads

    /// Deltas of a batch: a block takes little more time to encode than to hand over.
    private static let batchCount = 16

    /// Entries that wait at most for those in front of them.
    private static let mostPending = 65_536

    private let writer: FrameWriter
    private let map: MapSegmentWriter
    private let journal: PushJournal
    private let workers: OrderedWorkers<[EncodingTask], [EncodingTask.Outcome]>
    private var entries = PendingEntries()
    /// Given to the workers together.
    private var batch: [EncodingTask] = []
    /// Of each record under way or in the batch: its entries by number, whether they have changed, and whether a delta
    /// is unlikely.
    private var underWay: Deque<(places: [Int], isChange: Bool, isUnlikely: Bool)> = []
    /// Blocks that have changed.
    private var changed = Gathered()
    /// Blocks that are only shipped again: in records of their own, so that what changes take is known.
    private var lost = Gathered()
    /// Of records for blocks that have changed.
    private var changedStoredBytes = 0
    private var odds = DeltaOdds()
    private var choice = PlainChoice()
    private var level: LevelChoice

    /// Blocks without a base that become one record.
    private struct Gathered {
        var bytes: [UInt8] = []
        var places: [Int] = []

        /// Takes the block after the one that it has as entry `last`, if there is room.
        mutating func extend(_ last: Int, by more: [UInt8]) -> Bool {
            guard places.last == last, bytes.count + more.count <= Record.maximumBytes else { return false }
            bytes.append(contentsOf: more)
            return true
        }
    }

    /// - Parameter isFirst: There is no base: all of it is plain.
    init(
        _ level: CompressionLevel, isFirst: Bool, into writer: FrameWriter, _ map: MapSegmentWriter,
        _ journal: PushJournal
    ) {
        self.journal = journal
        self.writer = writer
        self.map = map
        self.level = LevelChoice(level, isFirst: isFirst)
        workers = EncodingTask.workers(level)
    }

    /// Notes bytes that are in the store already, or zero.
    mutating func append(_ entry: MapEntry) throws(SyncError) {
        entries.append(entry)
        try passOn()
        try settleMany()
    }

    /// Ships a block as a delta, if its base is of use.
    mutating func append(_ bytes: [UInt8], at offset: Int, base: EncodingTask.Base) throws(SyncError) {
        let bet = odds.bet(on: bytes, against: base.old)
        guard bet != .hopeless else { return try append(bytes, at: offset, isChange: true) }
        let place = entries.appendOpen(offset, length: bytes.count)
        underWay.append(([place], true, bet == .unlikely))
        batch.append(EncodingTask(bytes: bytes, offset: offset, method: .delta(base)))
        if batch.count >= Self.batchCount { try giveBatch() }
        try settleMany()
    }

    /// Ships a block that has no base.
    ///
    /// - Parameter isChange: Its content is new, and not only lost in the store.
    mutating func append(_ bytes: [UInt8], at offset: Int, isChange: Bool) throws(SyncError) {
        // The block after the last one gathered makes that one's entry longer.
        if let last = entries.last, last.end == offset,
            isChange ? changed.extend(last.number, by: bytes) : lost.extend(last.number, by: bytes)
        {
            entries.extendLast(by: bytes.count)
        } else {
            try gather(bytes, entries.appendOpen(offset, length: bytes.count), isChange: isChange)
        }
    }

    /// Ships what is left, after which the map has all entries.
    ///
    /// - Parameter pulse: Called before each batch, and may stop it.
    /// - Returns: Bytes of the records that were made for changed blocks.
    consuming func finish(_ pulse: () throws(SyncError) -> Void) throws(SyncError) -> Int {
        try emitAll(pulse)
        try encodeGathered()
        try emitAll(pulse)
        try passOn()
        return changedStoredBytes
    }

    /// Gives the map what is known of the next entries.
    private mutating func passOn() throws(SyncError) {
        while let entry = entries.popSettled() {
            try onDisk { () throws(SystemError) in try map.append(entry) }
            journal.settle(entry)
        }
    }

    /// Makes room if too many entries wait: an open one holds up all later ones.
    private mutating func settleMany() throws(SyncError) {
        guard entries.count > Self.mostPending else { return }
        try encodeGathered()
        try giveBatch()
        while entries.count > Self.mostPending, workers.underWay > 0 { try emitOldest() }
    }

    private mutating func gather(_ bytes: [UInt8], _ place: Int, isChange: Bool) throws(SyncError) {
        let gatheredBytes = isChange ? changed.bytes.count : lost.bytes.count
        if gatheredBytes + bytes.count > Record.maximumBytes { try encodeGathered(isChange: isChange) }
        func add(to gathered: inout Gathered) {
            if gathered.bytes.isEmpty { gathered.bytes.reserveCapacity(Record.maximumBytes) }
            gathered.bytes.append(contentsOf: bytes)
            gathered.places.append(place)
        }
        if isChange { add(to: &changed) } else { add(to: &lost) }
    }

    private mutating func encodeGathered() throws(SyncError) {
        try encodeGathered(isChange: true)
        try encodeGathered(isChange: false)
    }

    private mutating func encodeGathered(isChange: Bool) throws(SyncError) {
        let gathered = isChange ? exchange(&changed, with: Gathered()) : exchange(&lost, with: Gathered())
        guard let first = gathered.places.first else { return }
        let work = EncodingTask(
            bytes: gathered.bytes, offset: entries[first].offset,
            method: .plain(level: level.level, choice.next()))
        // By itself: it is work for long.
        try giveBatch()
        underWay.append((gathered.places, isChange, false))
        batch.append(work)
        try giveBatch()
    }

    private mutating func giveBatch() throws(SyncError) {
        // Shipping this may gather more, and so complete more batches.
        while workers.underWay >= Self.mostUnderWay { try emitOldest() }
        if !batch.isEmpty { workers.give(exchange(&batch, with: [])) }
    }

    private mutating func emitAll(_ pulse: () throws(SyncError) -> Void) throws(SyncError) {
        try giveBatch()
        while workers.underWay > 0 {
            try pulse()
            try emitOldest()
        }
    }

    /// Ships the records of the batch that was given first, once they are there.
    private mutating func emitOldest() throws(SyncError) {
        let waited = workers.doneCount * 4 >= workers.underWay * 3
        let packs = writer.packs.count
        var unrelated: [(bytes: [UInt8], place: Int)] = []
        for outcome in workers.take() ?? [] {
            guard let (places, isChange, isUnlikely) = underWay.popFirst() else { return }
            switch try outcome.get() {
            case .unrelated(let bytes):
                if isUnlikely { odds.note(success: false) }
                unrelated += places.map { (bytes, $0) }
            case .record(let record, let payload, let depth, let sizes):
                if isUnlikely { odds.note(success: true) }
                if let sizes { choice.note(thorough: sizes.thorough, quick: sizes.quick) }
                if record.codec == .zstd { level.note(waited: waited) }
                if isChange { changedStoredBytes += payload.count }
                try ship(record, payload, depth: depth, to: places)
            }
        }
        // Only now: it may have further batches emitted.
        for block in unrelated { try gather(block.bytes, block.place, isChange: true) }
        // Blocks that wait to fill a record hold up the journal's entries for this pack.
        if writer.packs.count > packs { try encodeGathered() }
        try passOn()
    }

    private mutating func ship(
        _ record: Record, _ payload: [UInt8], depth: Int, to places: [Int]
    ) throws(SyncError) {
        let (frame, number) = try syncing { () throws(StoreError) in try writer.append(record, payload) }
        var offset = 0
        for place in places {
            let length = entries[place].length
            entries.settle(place, at: .record(frame: frame, record: number, offset: offset, depth: depth))
            offset += length
        }
    }
}
