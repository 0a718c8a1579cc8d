internal import BitCollections
internal import Platform
internal import StoreFormat

/// Writes packs again without the records that no point needs.
///
/// New packs are durable and indexed before the old ones go; frames keep their ids and records their numbers, so that maps and
/// points stay as they are.
final class Repack {
    let store: LocalStoreService
    let job: JobObject
    private var builder: PackBuilder?
    private var upload: (any ObjectUpload)?
    private(set) var made: [PackIndex.Pack] = []

    init(_ store: LocalStoreService, _ job: JobObject) {
        self.store = store
        self.job = job
    }

    /// A pack that stays, what is in it, and how much of it is needed.
    struct Candidate {
        let pack: Digest256
        let length: Int
        /// The frames of it that are needed, in their order.
        let frames: [PackFooter.Entry]
        /// With the pack's own framing.
        let liveBytes: Int

        var deadBytes: Int { length - liveBytes }
        var deadShare: Double { length == 0 ? 0 : Double(deadBytes) / Double(length) }
    }

    /// Those of the packs that should be thinned so that at most a share of all bytes is dead: the worst first.
    static func choose(_ packs: [Candidate], wastePercent: Int) -> [Candidate] {
        let live = packs.reduce(0) { $0 + $1.liveBytes }
        var dead = packs.reduce(0) { $0 + $1.deadBytes }
        var chosen: [Candidate] = []
        for pack in packs.sorted(by: {
            ($0.deadShare, $1.pack.description) > ($1.deadShare, $0.pack.description)
        }) {
            guard dead * 100 > live * wastePercent, pack.deadShare > 0.01 else { break }
            chosen.append(pack)
            dead -= pack.deadBytes
        }
        return chosen
    }

    /// Writes what is needed of a pack.
    ///
    /// - Throws: `corrupt` when a frame of it is damaged: the pack stays as it is.
    func add(_ candidate: Candidate, _ marking: LiveSet) throws(StoreError) {
        let key = ObjectKey.pack(job.name, candidate.pack)
        for entry in candidate.frames {
            let bytes = try store.read(key, at: entry.offset, count: entry.length)
            let frame: Frame
            do throws(FormatError) { frame = try Frame(parsing: bytes) } catch {
                throw StoreError("thin", key.path, error)
            }
            guard frame.id == entry.frame, let needed = marking.records[frame.id] else {
                throw StoreError(.corrupt, "thin", key.path, "it has another frame than \(entry.frame)")
            }
            if needed.count == frame.records.count {
                try append(bytes, frame)
            } else {
                let thinned = frame.thinned(keeping: needed)
                try prove(thinned, of: frame, needed, key)
                try append(thinned, frame)
            }
            try store.pulse?()
        }
    }

    /// A thinned frame is parsed again and compared before it counts.
    private func prove(
        _ thinned: [UInt8], of frame: Frame, _ needed: BitSet, _ key: ObjectKey
    ) throws(StoreError) {
        let again: Frame
        do throws(FormatError) { again = try Frame(parsing: thinned) } catch {
            throw StoreError("thin", key.path, error)
        }
        let isSame = needed.allSatisfy { number in
            again.records[number] == frame.records[number]
                && frame.withPayload(number) { old in again.withPayload(number) { old.hasSameBytes(as: $0) } }
        }
        guard isSame, again.id == frame.id, again.records.count == frame.records.count else {
            throw StoreError(.failed, "thin", key.path, "frame \(frame.id) did not come out as it was")
        }
    }

    private func append(_ bytes: [UInt8], _ frame: Frame) throws(StoreError) {
        if builder?.isFull == true { try finishPack() }
        if builder == nil { builder = PackBuilder(job: job.id) }
        guard let part = builder?.add(bytes, id: frame.id, records: frame.records.count) else { return }
        if upload == nil { upload = try store.beginUpload(.pack, job: job.name) }
        try upload?.append(part)
    }

    /// Makes the pack at hand durable.
    func finishPack() throws(StoreError) {
        guard let pack = builder.take(), let upload = upload.take() else { return }
        let length = pack.byteCount
        let (tail, name, footer) = pack.finish()
        try upload.append(tail)
        try upload.finish(name)
        made.append(PackIndex.Pack(name: name, length: length + tail.count, frames: footer.entries))
    }

    func abandon() {
        upload?.abandon()
        upload = nil
        _ = builder.take()
    }
}
