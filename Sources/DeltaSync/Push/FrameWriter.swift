package import OffsiteStore
internal import Platform

/// Fills frames with records, packs with frames, and ships the packs as they grow.
package final class FrameWriter {
    private let store: any ObjectStore
    private let job: JobObject
    private let push: UInt64
    private var counter: UInt64 = 0
    private var frame: FrameBuilder
    private var pack: PackBuilder?
    private var upload: (any ObjectUpload)?
    /// Packs that are in the store.
    package private(set) var packs: [PackIndex.Pack] = []
    package private(set) var storedBytes = 0

    /// - Parameter push: Random, so that frames of two pushes never share a name.
    package init(_ store: any ObjectStore, job: JobObject, push: UInt64) {
        self.store = store
        self.job = job
        self.push = push
        frame = FrameBuilder(FrameID(push: push, counter: 0))
    }

    /// Adds a record and says where it will be.
    package func append(_ record: Record, _ payload: [UInt8]) throws(StoreError) -> (FrameID, Int) {
        if !frame.fits(storedBytes: payload.count, slices: record.base.count) { try closeFrame() }
        let number = frame.append(record, payload: payload)
        return (frame.id, number)
    }

    /// Ships what is left.
    package func finish() throws(StoreError) {
        if !frame.isEmpty { try closeFrame() }
        try closePack()
    }

    package func abandon() {
        upload?.abandon()
        upload = nil
    }

    private func closeFrame() throws(StoreError) {
        let records = frame.records.count
        let id = frame.id
        counter += 1
        let bytes = exchange(&frame, with: FrameBuilder(FrameID(push: push, counter: counter))).finish()
        if upload == nil {
            upload = try store.beginUpload(.pack, job: job.name)
            pack = PackBuilder(job: job.id)
        }
        guard let part = pack?.add(bytes, id: id, records: records) else { return }
        try upload?.append(part)
        if pack?.isFull == true { try closePack() }
    }

    private func closePack() throws(StoreError) {
        guard let (tail, name, footer) = pack.take()?.finish(), let upload else { return }
        try upload.append(tail)
        try upload.finish(name)
        self.upload = nil
        let entry = footer.entries.last
        let length = (entry.map { $0.offset + $0.length } ?? 0) + tail.count
        packs.append(PackIndex.Pack(name: name, length: length, frames: footer.entries))
        storedBytes += length
    }
}
