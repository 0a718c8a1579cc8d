internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Fills frames with records, packs with frames, and ships the packs as they grow.
///
/// A push of more than some ``narrowBytes`` goes over as many lanes as the store has, frame by frame in turn: which frame
/// lies in which pack depends on the number of lanes alone.
final class FrameWriter {
    /// What goes over one lane before more are asked for: about one pack.
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
