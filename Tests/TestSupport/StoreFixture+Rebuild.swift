internal import Image
package import OffsiteStore
package import Platform
internal import StoreFormat

extension StoreFixture {
    /// Makes the image of a point again from what its store holds, the plainest way there is.
    package static func rebuild(_ generation: UInt64, from store: any ObjectStore, job: Name) throws
        -> [UInt8]
    {
        let repository = try Repository(store, job: job)
        let point = try repository.point(generation).point
        let locations = try repository.frames()
        var image = [UInt8](repeating: 0, count: point.layout.length)
        let segments = try point.segments.reversed().map { try repository.segment($0, into: MemoryFile()) }
        for entry in try segments.flatMap({ try $0.allEntries }) {
            if entry.source == .zero {
                for byte in entry.offset..<min(entry.end, image.count) { image[byte] = 0 }
            }
            guard case .record(let frame, let record, let offset, _) = entry.source else { continue }
            let bytes = try decode(frame, record, store, job, locations)
            guard bytes.count >= offset + entry.length else {
                throw FormatError.missingSection(tag: "record \(record) of frame \(frame)")
            }
            image.replaceSubrange(entry.offset..<entry.end, with: bytes[offset..<offset + entry.length])
        }
        return image
    }

    /// Blocks of a point's image that its store cannot give any more: each stretch of the map is decoded for itself.
    package static func lostBlocks(of generation: UInt64, from store: any ObjectStore, job: Name) throws
        -> [Int]
    {
        let repository = try Repository(store, job: job)
        let point = try repository.point(generation).point
        let locations = try repository.frames()
        var isLost = [Bool](repeating: false, count: point.layout.blockCount)
        let segments = try point.segments.reversed().map { try repository.segment($0, into: MemoryFile()) }
        for entry in try segments.flatMap({ try $0.allEntries }) {
            var isEntryLost = false
            if case .record(let frame, let record, _, _) = entry.source {
                isEntryLost = (try? decode(frame, record, store, job, locations)) == nil
            }
            for block in entry.offset / blockSize..<entry.end / blockSize { isLost[block] = isEntryLost }
        }
        return isLost.indices.filter { isLost[$0] }
    }

    private static func decode(
        _ id: FrameID, _ number: Int, _ store: any ObjectStore, _ job: Name, _ locations: FrameIndex
    ) throws -> [UInt8] {
        guard let location = locations[id] else { throw FormatError.missingSection(tag: "frame \(id)") }
        let frame = try Frame(
            parsing: try store.read(
                .pack(job, location.pack), at: location.entry.offset, count: location.entry.length))
        let record = frame.records[number]
        var prefix: [UInt8] = []
        for slice in record.base {
            let old = try decode(slice.frame, slice.record, store, job, locations)
            prefix += old[slice.offset..<slice.offset + slice.length]
        }
        let payload = frame.withPayload(number) { [UInt8](copying: $0) }
        if record.codec == .stored { return payload }
        var decompressor = try Decompressor()
        return try decompressor.decompress(payload.span, prefix: prefix.span, length: record.length)
    }
}
