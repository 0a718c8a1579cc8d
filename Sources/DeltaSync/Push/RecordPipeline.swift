internal import DequeModule
internal import OffsiteStore
internal import Platform

/// Makes records of blocks on several threads, ships them in the order in which they were given, and writes down
/// where in the image they belong.
///
/// Blocks that nothing is like are gathered into plain records of up to 1 MiB, wherever they stand: together they
/// compress better than each alone. Such a record's place is that of its first block; the map has the others'.
struct RecordPipeline: ~Copyable {
    /// Records under way at once: bounds memory, and keeps every worker busy while one record is sent.
    private static let mostUnderWay = 4 * EncodingWork.threads

    /// Entries that wait at most for those in front of them.
    private static let mostPending = 65_536

    private let writer: FrameWriter
    private let map: MapSegmentWriter
    private let workers: OrderedWorkers<EncodingWork, EncodingWork.Outcome>
    private var entries = PendingEntries()
    /// The entries of each record under way by number, and whether a delta is unlikely.
    private var underWay: Deque<(places: [Int], isUnlikely: Bool)> = []
    private var gathered: (bytes: [UInt8], places: [Int]) = ([], [])
    private var odds = DeltaOdds()
    private var choice = PlainChoice()

    init(_ levels: RecordEncoder.Levels, into writer: FrameWriter, _ map: MapSegmentWriter) {
        self.writer = writer
        self.map = map
        workers = EncodingWork.workers(levels)
    }

    /// Notes bytes that are in the store already, or zero.
    mutating func append(_ entry: MapEntry) throws(SyncError) {
        entries.append(entry)
        try passOn()
        try settleMany()
    }

    /// Ships a block as a delta, if its base is of use.
    mutating func append(_ bytes: [UInt8], at offset: Int, base: EncodingWork.Base) throws(SyncError) {
        let bet = odds.bet(on: bytes, against: base.old)
        guard bet != .hopeless else { return try append(bytes, at: offset) }
        let place = entries.appendOpen(offset, length: bytes.count)
        try encode(
            EncodingWork(bytes: bytes, offset: offset, method: .delta(base)), [place],
            isUnlikely: bet == .unlikely)
        try settleMany()
    }

    /// Ships a block that has no base.
    mutating func append(_ bytes: [UInt8], at offset: Int) throws(SyncError) {
        // The block after the last one gathered makes that one's entry longer.
        if let last = entries.last, last.end == offset, gathered.places.last == last.number,
            gathered.bytes.count + bytes.count <= Record.maximumBytes
        {
            entries.extendLast(by: bytes.count)
            gathered.bytes.append(contentsOf: bytes)
        } else {
            try gather(bytes, entries.appendOpen(offset, length: bytes.count))
        }
    }

    /// Ships what is left, after which the map has all entries.
    consuming func finish() throws(SyncError) {
        while workers.underWay > 0 { try emitOldest() }
        try encodeGathered()
        while workers.underWay > 0 { try emitOldest() }
        try passOn()
    }

    /// Gives the map what is known of the next entries.
    private mutating func passOn() throws(SyncError) {
        while let entry = entries.popSettled() {
            try onDisk { () throws(SystemError) in try map.append(entry) }
        }
    }

    /// Makes room where too many entries wait: one that is open holds up all behind it.
    private mutating func settleMany() throws(SyncError) {
        guard entries.count > Self.mostPending else { return }
        try encodeGathered()
        while entries.count > Self.mostPending, workers.underWay > 0 { try emitOldest() }
    }

    private mutating func gather(_ bytes: [UInt8], _ place: Int) throws(SyncError) {
        if gathered.bytes.count + bytes.count > Record.maximumBytes { try encodeGathered() }
        if gathered.bytes.isEmpty { gathered.bytes.reserveCapacity(Record.maximumBytes) }
        gathered.bytes.append(contentsOf: bytes)
        gathered.places.append(place)
    }

    private mutating func encodeGathered() throws(SyncError) {
        guard let first = gathered.places.first else { return }
        let (bytes, places) = exchange(&gathered, with: ([], []))
        let work = EncodingWork(
            bytes: bytes, offset: entries[first].offset, method: .plain(choice.next()))
        try encode(work, places)
    }

    private mutating func encode(
        _ work: EncodingWork, _ places: [Int], isUnlikely: Bool = false
    ) throws(SyncError) {
        if workers.underWay >= Self.mostUnderWay { try emitOldest() }
        underWay.append((places, isUnlikely))
        workers.give(work)
    }

    /// Ships the record that was given first, once it is there.
    private mutating func emitOldest() throws(SyncError) {
        guard let outcome = workers.take(), let (places, isUnlikely) = underWay.popFirst() else { return }
        switch try outcome.get() {
        case .unrelated(let bytes):
            if isUnlikely { odds.note(success: false) }
            for place in places { try gather(bytes, place) }
        case .record(let record, let payload, let depth, let sizes):
            if isUnlikely { odds.note(success: true) }
            if let sizes { choice.note(thorough: sizes.thorough, quick: sizes.quick) }
            let (frame, number) = try syncing { () throws(StoreError) in
                try writer.append(record, payload)
            }
            var offset = 0
            for place in places {
                let length = entries[place].length
                entries.settle(place, at: .record(frame: frame, record: number, offset: offset, depth: depth))
                offset += length
            }
            try passOn()
        }
    }
}
