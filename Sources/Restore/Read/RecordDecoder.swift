internal import Platform
package import StoreFormat
internal import Synchronization

/// Decodes records from what was fetched of their frames; one thread's.
///
/// Decoded records are kept up to a fixed budget: the pieces of one are neighbours, or of one night.
package struct RecordDecoder: ~Copyable {
    /// More deltas on one block than a map can say: a cycle, or damage.
    private static let maximumDepth = 256
    /// A delta of which all was wanted is seldom needed again: of those on a block only every fourth is kept, in case
    /// that many blocks have them in common.
    private static let keptOf = 4

    /// The parts of one record that are there.
    private struct Content {
        /// Empty for all of it.
        let ranges: [Range<Int>]
        let bytes: [UInt8]
        let isDelta: Bool

        /// The place of a part of the record in `bytes`; nil if it is not there.
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
    private let decodes: DecodeCount?

    /// - Parameters:
    ///   - budget: Bytes of decoded records that are kept.
    ///   - decodes: Counts each record that is decoded.
    package init(budget: Int, counting decodes: DecodeCount? = nil) throws(SyncError) {
        self.decodes = decodes
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
        let found = try find(range, address, parts, depth: 0)
        out.append(copying: found.bytes.span.extracting(found.place))
    }

    /// Bytes of a record among which `range` is, and where.
    private mutating func find(
        _ range: Range<Int>, _ address: RecordAddress, _ parts: [FrameID: RecordParts], depth: Int
    ) throws(SyncError) -> (bytes: [UInt8], place: Range<Int>) {
        if let content = known.value(address), let place = content.place(of: range) {
            return (content.bytes, place)
        }
        let content = try decode(address, parts, depth: depth)
        guard let place = content.place(of: range) else {
            throw .damaged("\(address) does not have the bytes \(range.lowerBound) to \(range.upperBound)")
        }
        if !content.isDelta || place.count < content.bytes.count || depth % Self.keptOf == Self.keptOf - 1 {
            known.insert(content, for: address, cost: content.bytes.count + 128)
        }
        return (content.bytes, place)
    }

    /// The base of a delta, joined.
    ///
    /// Most are against a part of one record, which is not copied for it.
    private mutating func base(
        _ slices: [Record.Slice], _ parts: [FrameID: RecordParts], depth: Int
    ) throws(SyncError) -> (bytes: [UInt8], place: Range<Int>) {
        var joined: [UInt8] = []
        for slice in slices {
            let range = slice.offset..<slice.offset + slice.length
            let found = try find(range, RecordAddress(slice), parts, depth: depth)
            if slices.count == 1 { return found }
            joined.append(copying: found.bytes.span.extracting(found.place))
        }
        return (joined, 0..<joined.count)
    }

    private mutating func decode(
        _ address: RecordAddress, _ parts: [FrameID: RecordParts], depth: Int
    ) throws(SyncError) -> Content {
        guard depth <= Self.maximumDepth else { throw .damaged("\(address): more than \(depth) deltas") }
        guard decodesLeft > 0 else {
            throw .damaged("\(address): more than \(RestorePlan.maximumRecords) bases")
        }
        decodesLeft -= 1
        decodes?.add()
        guard let frame = parts[address.frame], let part = frame[address.record] else {
            throw .damaged("\(address): the map does not say that it is needed")
        }
        let record = part.record
        guard record.storedBytes > 0 || record.length == 0 else {
            throw .damaged("\(address) was left out by collection")
        }
        let isPacked = part.form == .packedRanges || part.form == .stored && record.codec != .stored
        guard isPacked else {
            let bytes = frame.withPayload(of: part) { [UInt8](copying: $0) }
            return Content(ranges: part.ranges, bytes: bytes, isDelta: false)
        }
        let old = try base(record.base, parts, depth: depth + 1)
        let length = part.form == .stored ? record.length : part.ranges.reduce(0) { $0 + $1.count }
        let bytes = try frame.withPayload(of: part) { (payload) throws(SyncError) in
            do throws(CompressionError) {
                return try decompressor.decompress(
                    payload, prefix: old.bytes.span.extracting(old.place), length: length)
            } catch { throw .damaged("\(address): \(error)") }
        }
        return Content(ranges: part.ranges, bytes: bytes, isDelta: !record.base.isEmpty)
    }
}

/// A step of a restore with all that it is made from.
struct DecodingTask: Sendable {
    /// Neighbours in the image.
    let pieces: [MapEntry]
    let parts: [FrameID: RecordParts]
    let length: Int

    /// The content of a step, or why it could not be made.
    typealias Outcome = Result<DecodedStep, SyncError>

    /// Threads that decode.
    ///
    /// The thread that fetches, verifies and writes is as busy as one of them.
    static let threads = min(4, Processors.count)
    /// Bytes of decoded records that all threads keep.
    private static let budget = 64 << 20

    static func workers(
        threads: Int, counting decodes: DecodeCount?
    ) -> OrderedWorkers<DecodingTask, Outcome> {
        OrderedWorkers(threads: threads) {
            let worker = Worker(budget: budget / threads, decodes)
            return { worker.perform($0) }
        }
    }

    /// One thread's decoder, kept from step to step with the records it has decoded.
    private final class Worker {
        private let budget: Int
        private let decodes: DecodeCount?
        private var decoder: RecordDecoder?

        init(budget: Int, _ decodes: DecodeCount?) {
            self.budget = budget
            self.decodes = decodes
        }

        func perform(_ work: DecodingTask) -> Outcome {
            var step = DecodedStep()
            for piece in work.pieces where piece.source == .zero { step.zeroBytes += piece.length }
            // A run of zeros alone needs no decoder, and may be longer than memory.
            guard step.zeroBytes < work.length else {
                step.add(work.pieces)
                return .success(step)
            }
            do throws(SyncError) {
                // A decoder whose work failed is not used again: the restore ends.
                var decoder = try take()
                step.bytes.reserveCapacity(work.length - step.zeroBytes)
                for piece in work.pieces {
                    guard case .record(let frame, let record, let offset, _) = piece.source else { continue }
                    try decoder.append(
                        offset..<offset + piece.length, of: RecordAddress(frame, record), from: work.parts,
                        to: &step.bytes)
                }
                self.decoder = consume decoder
                step.add(work.pieces)
                return .success(step)
            } catch { return .failure(error) }
        }

        private func take() throws(SyncError) -> RecordDecoder {
            if let made = decoder.take() { return made }
            return try RecordDecoder(budget: budget, counting: decodes)
        }
    }
}

/// The content of a step: runs of bytes and of zeros, in the order of the image.
struct DecodedStep: Sendable {
    struct Run: Sendable {
        let range: Range<Int>
        let isZero: Bool
    }
    private(set) var runs: [Run] = []
    /// The content of the runs that are not zero, joined.
    var bytes: [UInt8] = []
    var zeroBytes = 0

    mutating func add(_ pieces: [MapEntry]) {
        for piece in pieces {
            let isZero = piece.source == .zero
            if let last = runs.last, last.isZero == isZero, last.range.upperBound == piece.offset {
                runs[runs.count - 1] = Run(range: last.range.lowerBound..<piece.end, isZero: isZero)
            } else {
                runs.append(Run(range: piece.offset..<piece.end, isZero: isZero))
            }
        }
    }
}

/// Counts the records that a restore decodes, over all of its threads.
///
/// A restore should decode each record that it needs once; tests and benchmarks hold it to that.
package final class DecodeCount: Sendable {
    private let count = Atomic(0)

    package init() {}

    package var value: Int { count.load(ordering: .relaxed) }

    func add() { count.wrappingAdd(1, ordering: .relaxed) }
}
