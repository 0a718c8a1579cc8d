internal import OffsiteStore
internal import Platform
internal import StoreFormat

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
