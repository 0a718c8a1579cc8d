package import OffsiteStore
internal import Platform

/// Decodes records from what was fetched of their frames; one thread's.
///
/// Decoded records are kept up to a fixed budget: the pieces of one are neighbours, or of one night.
package struct RecordDecoder: ~Copyable {
    /// More deltas on one block than a map can say: a cycle, or damage.
    private static let maximumDepth = 256

    /// What is there of one record.
    private struct Content {
        /// Empty for all of it.
        let ranges: [Range<Int>]
        let bytes: [UInt8]

        /// Where in `bytes` a part of the record stands; nil when it is not there.
        func place(of range: Range<Int>) -> Range<Int>? {
            if ranges.isEmpty { return range.upperBound <= bytes.count ? range : nil }
            var start = 0
            for known in ranges {
                if known.lowerBound <= range.lowerBound, range.upperBound <= known.upperBound {
                    let first = start + range.lowerBound - known.lowerBound
                    return first..<first + range.count
                }
                start += known.count
            }
            return nil
        }
    }
    private var decompressor: Decompressor
    private var known: BoundedCache<RecordAddress, Content>
    /// Records that may still be decoded for the one that was asked for.
    private var decodesLeft = 0

    /// - Parameter budget: Bytes of decoded records that are kept.
    package init(budget: Int) throws(SyncError) {
        let decompressor = try compressing { () throws(CompressionError) in try Decompressor() }
        known = BoundedCache(budget: budget)
        self.decompressor = decompressor
    }

    /// Appends a part of a record to `out`.
    package mutating func append(
        _ range: Range<Int>, of address: RecordAddress, from parts: [FrameID: RecordParts],
        to out: inout [UInt8]
    ) throws(SyncError) {
        decodesLeft = RestorePlan.maximumRecords
        try append(range, address, parts, depth: 0, &out)
    }

    private mutating func append(
        _ range: Range<Int>, _ address: RecordAddress, _ parts: [FrameID: RecordParts], depth: Int,
        _ out: inout [UInt8]
    ) throws(SyncError) {
        if let content = known.value(address), let place = content.place(of: range) {
            out.append(copying: content.bytes.span.extracting(place))
            return
        }
        let content = try decode(address, parts, depth: depth)
        guard let place = content.place(of: range) else {
            throw .damaged("\(address) does not have the bytes \(range.lowerBound) to \(range.upperBound)")
        }
        out.append(copying: content.bytes.span.extracting(place))
        known.insert(content, for: address, cost: content.bytes.count + 128)
    }

    private mutating func decode(
        _ address: RecordAddress, _ parts: [FrameID: RecordParts], depth: Int
    ) throws(SyncError) -> Content {
        guard depth <= Self.maximumDepth else { throw .damaged("\(address): more than \(depth) deltas") }
        guard decodesLeft > 0 else {
            throw .damaged("\(address): more than \(RestorePlan.maximumRecords) bases")
        }
        decodesLeft -= 1
        guard let frame = parts[address.frame], let part = frame[address.record] else {
            throw .damaged("\(address): the map does not say that it is needed")
        }
        let record = part.record
        guard record.storedBytes > 0 || record.length == 0 else {
            throw .damaged("\(address) was left out by collection")
        }
        var old: [UInt8] = []
        for slice in record.base {
            try append(
                slice.offset..<slice.offset + slice.length, RecordAddress(slice), parts, depth: depth + 1,
                &old)
        }
        let isPacked = part.form == .packedRanges || part.form == .stored && record.codec != .stored
        guard isPacked else {
            return Content(ranges: part.ranges, bytes: frame.withPayload(of: part) { [UInt8](copying: $0) })
        }
        let length = part.form == .stored ? record.length : part.ranges.reduce(0) { $0 + $1.count }
        let bytes = try frame.withPayload(of: part) { (payload) throws(SyncError) in
            do throws(CompressionError) {
                return try decompressor.decompress(payload, prefix: old.span, length: length)
            } catch { throw .damaged("\(address): \(error)") }
        }
        return Content(ranges: part.ranges, bytes: bytes)
    }
}
