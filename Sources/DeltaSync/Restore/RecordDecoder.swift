package import OffsiteStore
package import Platform

/// Decodes records, fetching the frames they and their bases stand in.
///
/// Frames and decoded records are kept up to fixed budgets, so memory does not grow with the image.
package struct RecordDecoder: ~Copyable {
    private static let frameBudget = 64 << 20
    private static let recordBudget = 64 << 20
    /// More deltas on one block than any writer makes: a cycle, or damage.
    private static let maximumDepth = 64
    /// More records than the bases of one block are: a graph made to take for ever.
    private static let maximumDecodes = 4096

    private struct Address: Hashable {
        let frame: FrameID
        let record: Int
    }
    private let store: any ObjectStore
    private let job: Name
    private let locations: FrameLocations
    private var decompressor: Decompressor
    private var frames = BoundedCache<FrameID, Frame>(budget: frameBudget)
    private var records = BoundedCache<Address, [UInt8]>(budget: recordBudget)
    /// Records that may still be decoded for the one that was asked for.
    private var decodesLeft = 0

    package init(_ store: any ObjectStore, job: Name, locations: FrameLocations) throws(SyncError) {
        self.store = store
        self.job = job
        self.locations = locations
        do throws(CompressionError) { decompressor = try Decompressor() } catch { throw .compression(error) }
    }

    /// The whole content of one record.
    package mutating func decode(_ frame: FrameID, _ number: Int) throws(SyncError) -> [UInt8] {
        decodesLeft = Self.maximumDecodes
        return try decode(Address(frame: frame, record: number), depth: 0)
    }

    private mutating func decode(_ address: Address, depth: Int) throws(SyncError) -> [UInt8] {
        if let known = records.value(address) { return known }
        guard depth <= Self.maximumDepth else {
            throw .damaged("record \(address.record) of frame \(address.frame): more than \(depth) deltas")
        }
        guard decodesLeft > 0 else {
            throw .damaged(
                "record \(address.record) of frame \(address.frame): more than \(Self.maximumDecodes) bases")
        }
        decodesLeft -= 1
        let frame = try frame(address.frame)
        guard address.record < frame.records.count else {
            throw .damaged("frame \(address.frame) has no record \(address.record)")
        }
        let record = frame.records[address.record]
        guard record.storedBytes > 0 || record.length == 0 else {
            throw .damaged("record \(address.record) of frame \(address.frame) was left out by collection")
        }
        var old: [UInt8] = []
        for slice in record.base {
            let base = try decode(Address(frame: slice.frame, record: slice.record), depth: depth + 1)
            guard slice.offset + slice.length <= base.count else {
                throw .damaged("record \(address.record) of frame \(address.frame): its base is too short")
            }
            old.append(copying: base.span.extracting(slice.offset..<slice.offset + slice.length))
        }
        let bytes = try content(of: frame, address.record, record, old)
        records.insert(bytes, for: address, cost: bytes.count + 64)
        return bytes
    }

    private mutating func content(
        of frame: Frame, _ number: Int, _ record: Record, _ old: [UInt8]
    ) throws(SyncError) -> [UInt8] {
        if record.codec == .stored { return frame.withPayload(number) { [UInt8](copying: $0) } }
        let payload = frame.withPayload(number) { [UInt8](copying: $0) }
        do throws(CompressionError) {
            return try decompressor.decompress(payload.span, prefix: old.span, length: record.length)
        } catch { throw .damaged("record \(number) of frame \(frame.id): \(error)") }
    }

    private mutating func frame(_ id: FrameID) throws(SyncError) -> Frame {
        if let known = frames.value(id) { return known }
        guard let location = locations[id] else { throw .damaged("no pack holds frame \(id)") }
        let key = ObjectKey.pack(job, location.pack)
        let bytes = try referenced { () throws(StoreError) in
            try store.read(key, at: location.entry.offset, count: location.entry.length)
        }
        do throws(FormatError) {
            let frame = try Frame(parsing: bytes)
            guard frame.id == id else { throw .badField(field: "frame id", offset: 0) }
            frames.insert(frame, for: id, cost: bytes.count)
            return frame
        } catch { throw .damaged("\(key.path): \(error)") }
    }
}
