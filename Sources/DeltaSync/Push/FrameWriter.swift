internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Fills frames with records, packs with frames, and ships the packs as they grow.
///
/// A push of more than some ``narrowBytes`` goes over as many lanes as the store has, frame by frame in turn: which frame
/// lies in which pack depends on the number of lanes alone.
final class FrameWriter {
    /// Bytes that go over one lane before more are opened: about one pack.
    ///
    /// Opening lanes takes some round trips and an agent each, and every lane has packs of its own to sync: a push of
    /// 14 MB over four took 8 seconds where one takes 4.
    static let narrowBytes = 64 << 20

    private let store: any ObjectStore
    private let job: JobObject
    private let push: UInt64
    private let narrowBytes: Int
    private let packBytes: Int
    private let journal: PushJournal
    private var counter: UInt64 = 0
    private var frame: FrameBuilder
    private var lanes: [PackUpload]
    private var hasWidened = false
    private var nextLane = 0
    private var frameBytes = 0
    /// Packs that are in the store, or are named there when ``finish()`` has returned.
    private(set) var packs: [PackIndex.Pack] = []

    /// - Parameter push: Random, so that frames of two pushes never share a name.
    init(
        _ store: any ObjectStore, job: JobObject, push: UInt64, narrowBytes: Int, packBytes: Int,
        journal: PushJournal
    ) {
        self.packBytes = packBytes
        self.journal = journal
        self.narrowBytes = narrowBytes
        self.store = store
        self.job = job
        self.push = push
        frame = FrameBuilder(FrameID(push: push, counter: 0))
        lanes = [PackUpload(firstBytes: packBytes, usualBytes: packBytes)]
    }

    /// Adds a record and says where it will be.
    func append(_ record: Record, _ payload: [UInt8]) throws(StoreError) -> (FrameID, Int) {
        if !frame.fits(storedBytes: payload.count, slices: record.base.count) { try closeFrame() }
        let number = frame.append(record, payload: payload)
        return (frame.id, number)
    }

    /// Ships what is left; every pack is durable when it returns.
    func finish() throws(StoreError) {
        if !frame.isEmpty { try closeFrame() }
        // All of them are made durable at the same time.
        for lane in lanes { if let pack = try lane.seal() { add(pack) } }
        for lane in lanes { try lane.confirm() }
    }

    func abandon() { for lane in lanes { lane.abandon() } }

    private func closeFrame() throws(StoreError) {
        let records = frame.records.count
        let id = frame.id
        counter += 1
        let bytes = exchange(&frame, with: FrameBuilder(FrameID(push: push, counter: counter))).finish()
        if frameBytes > narrowBytes, !hasWidened { widen() }
        frameBytes += bytes.count
        let lane = lanes[nextLane]
        nextLane = (nextLane + 1) % lanes.count
        if let pack = try lane.add(bytes, id: id, records: records, to: store, job: job) { add(pack) }
    }

    private func add(_ pack: PackIndex.Pack) {
        packs.append(pack)
        journal.add(pack)
    }

    private func widen() {
        hasWidened = true
        let count = store.widen()
        // First packs of different lengths: else all lanes would wait for their disks at the same time.
        for lane in lanes.count..<max(count, lanes.count) {
            lanes.append(PackUpload(firstBytes: packBytes / count * lane, usualBytes: packBytes))
        }
    }
}

/// The pack that is being shipped over one lane.
final class PackUpload {
    private var pack: PackBuilder?
    private var upload: (any ObjectUpload)?
    /// The pack before, which the store is making durable.
    private var sealed: (any ObjectUpload)?
    /// Length at which the pack is closed.
    private var targetBytes: Int
    private let usualBytes: Int

    /// - Parameters:
    ///   - firstBytes: Length of the first pack.
    ///   - usualBytes: Length of the others.
    init(firstBytes: Int, usualBytes: Int) {
        targetBytes = firstBytes
        self.usualBytes = usualBytes
    }

    /// Adds a frame; gives the pack when that made it full.
    func add(
        _ frame: [UInt8], id: FrameID, records: Int, to store: any ObjectStore, job: JobObject
    ) throws(StoreError) -> PackIndex.Pack? {
        if upload == nil {
            upload = try store.beginUpload(.pack, job: job.name)
            pack = PackBuilder(job: job.id)
        }
        guard let part = pack?.add(frame, id: id, records: records) else { return nil }
        try upload?.append(part)
        let isFull = pack?.isFull == true || (pack?.byteCount ?? 0) >= targetBytes
        return isFull ? try seal() : nil
    }

    /// Closes the pack, if there is one, without waiting for the store.
    func seal() throws(StoreError) -> PackIndex.Pack? {
        guard let (tail, name, footer) = pack.take()?.finish(), let upload else { return nil }
        targetBytes = usualBytes
        try upload.append(tail)
        try confirm()
        try upload.seal(name)
        sealed = upload
        self.upload = nil
        let entry = footer.entries.last
        let length = (entry.map { $0.offset + $0.length } ?? 0) + tail.count
        return PackIndex.Pack(name: name, length: length, frames: footer.entries)
    }

    /// Waits for the last pack that was closed.
    func confirm() throws(StoreError) { try sealed.take()?.confirm() }

    func abandon() {
        upload?.abandon()
        upload = nil
    }
}

/// The room that a push leaves free at a store.
///
/// How much a push is going to need is not known before it is compressed; a store that is as good as full refuses it before
/// the first byte is sent.
enum SpaceReserve {
    /// - Throws: `noSpace` when the store has less.
    static func check(_ store: any ObjectStore) throws(StoreError) {
        let space = try store.space()
        let needed = space.reservedBytes
        guard !space.holds(needed) else { return }
        throw StoreError(
            .noSpace, "push to", store.label,
            "\(space.availableBytes) of \(space.totalBytes) bytes are free, a push begins with \(needed)",
            hint: "make room at the store's file system; list, verify and restore work as before")
    }
}
