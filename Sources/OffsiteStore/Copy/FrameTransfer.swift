internal import Platform
internal import StoreFormat

/// Carries single frames from one store to another, in packs that are made on the way.
///
/// Of two copies of a frame readers take the longer one. So one of which the other store has a copy arrives joined with what
/// that has: its own points go on finding there what they need.
struct FrameTransfer {
    /// Bytes of a pack, which is in memory as a whole.
    private static let packBytes = 16 << 20

    let source: any ObjectStore
    let destination: any ObjectStore
    let job: JobObject

    /// Carries all of them; the packs that they are in are durable when it returns.
    ///
    /// - Parameter arrived: Told of every pack, by its bytes; throws `interrupted` to stop.
    func carry(
        _ frames: [CopyShipment.LooseFrame], arrived: (Int) throws(StoreError) -> Void
    ) throws(CopyFailure) -> [PackIndex.Pack] {
        var made: [PackIndex.Pack] = []
        var rest = frames[...]
        while !rest.isEmpty {
            var bytes = 0
            let batch = rest.prefix { frame in
                defer { bytes += frame.source.entry.length + (frame.there?.entry.length ?? 0) }
                return bytes < Self.packBytes
            }
            rest = rest.dropFirst(batch.count)
            let pack = try carry(Array(batch))
            made.append(pack)
            try CopyFailure.anywhere { () throws(StoreError) in try arrived(pack.length) }
        }
        return made
    }

    private func carry(_ frames: [CopyShipment.LooseFrame]) throws(CopyFailure) -> PackIndex.Pack {
        let sent = try CopyFailure.reading { () throws(StoreError) in
            try read(frames.map(\.source), in: source)
        }
        let there = try CopyFailure.anywhere { () throws(StoreError) in
            try read(frames.compactMap(\.there), in: destination)
        }
        let others = Dictionary(there.map { ($0.id, $0) }) { $1 }
        var builder = PackBuilder(job: job.id)
        var bytes: [UInt8] = []
        for (frame, place) in zip(sent, frames) {
            var content = frame.bytes
            if let other = others[frame.id] {
                do throws(FormatError) { content = try frame.joined(with: other) } catch {
                    let path = ObjectKey.pack(job.name, place.source.pack).path
                    throw .damage(object: path, reason: error.description)
                }
            }
            bytes += builder.add(content, id: frame.id, records: frame.records.count)
        }
        let (tail, name, footer) = builder.finish()
        bytes += tail
        _ = try CopyFailure.anywhere { () throws(StoreError) in
            try destination.put(.pack, job: job.name, bytes)
        }
        return PackIndex.Pack(name: name, length: bytes.count, frames: footer.entries)
    }

    /// Whole frames, each verified by its check value.
    private func read(
        _ places: [FrameIndex.Location], in store: any ObjectStore
    ) throws(StoreError) -> [Frame] {
        var frames: [Frame] = []
        let requests = places.map {
            ReadRequest.bytes(.pack(job.name, $0.pack), offset: $0.entry.offset, count: $0.entry.length)
        }
        try store.fetch(requests) { (number, answer) throws(StoreError) in
            guard case .bytes(let bytes) = try answer.get() else { return }
            let key = ObjectKey.pack(job.name, places[number].pack)
            do throws(FormatError) {
                let frame = try Frame(parsing: bytes)
                guard frame.id == places[number].entry.frame else {
                    throw .badField(field: "frame id", offset: places[number].entry.offset)
                }
                frames.append(frame)
            } catch { throw StoreError("read", key.path, error) }
        }
        return frames
    }
}
