internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// A plan of what is fetched for a part of an image, and when it is used.
///
/// The part is cut into steps in image order. Of every frame that any step needs, the plan knows the wanted
/// records, with those that are only bases of others, and the steps: a frame is asked for once, before the
/// first of them, and kept until the last.
struct RestorePlan {
    /// A step ends between records once it has grown to `stepBytes`, and at the latest at `mostStepBytes`.
    private static let stepBytes = 512 << 10
    private static let mostStepBytes = 4 << 20
    /// A longer run of zeros is a step of its own.
    ///
    /// Shorter ones are everywhere in databases. To cut at each would have other threads decode the same record again.
    private static let mostZeroBytes = 1 << 20
    /// More records than the bases of one block are: a graph made to take for ever.
    static let maximumRecords = 4096

    struct Step {
        /// Neighbours in the image; or one long run of zeros.
        var pieces: [MapEntry] = []
        var frames: [FrameID] = []
        var length = 0
        /// End in the image of the last plain record that the step has begun to read.
        var openUntil = 0
    }

    /// The records that are wanted of one frame.
    struct FrameNeed {
        fileprivate(set) var records: [Int: RecordNeed] = [:]
        /// Numbers of the steps that use it, rising.
        fileprivate(set) var steps: [Int] = []

        /// - Returns: True if the step did not use the frame before.
        fileprivate mutating func add(
            _ record: Int, _ range: Range<Int>, _ delta: FrameTable.Delta?, _ step: Int
        ) -> Bool {
            if let delta {
                records[record] = RecordNeed(isDelta: true, storedBytes: delta.storedBytes)
            } else {
                records[record, default: RecordNeed()].ranges.append(range)
            }
            guard steps.last != step else { return false }
            steps.append(step)
            return true
        }

        /// The records in the order of their numbers.
        func request(_ job: Name, _ location: FrameIndex.Location) -> RecordRequest {
            var wanted: [RecordRequest.Wanted] = []
            var rangesLeft = RecordRequest.maximumRanges
            for (number, need) in records.sorted(by: { $0.key < $1.key }) {
                var ranges = need.isDelta ? [] : need.merged
                if ranges.count > rangesLeft { ranges = [] }
                rangesLeft -= ranges.count
                wanted.append(.init(number: number, ranges: ranges))
            }
            return RecordRequest(job: job, pack: location.pack, place: location.entry, wanted: wanted)
        }
    }

    struct RecordNeed {
        fileprivate var isDelta = false
        /// Bytes of a delta's payload.
        fileprivate(set) var storedBytes = 0
        /// Wanted parts of a plain record, in any order.
        fileprivate var ranges: [Range<Int>] = []

        /// The wanted parts, rising and apart; none when they are most of the record.
        fileprivate var merged: [Range<Int>] {
            var result: [Range<Int>] = []
            for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if let last = result.last, range.lowerBound <= last.upperBound {
                    result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
                } else {
                    result.append(range)
                }
            }
            let wanted = result.reduce(0) { $0 + $1.count }
            return wanted >= (result.last?.upperBound ?? 0) / 4 * 3 && result.first?.lowerBound == 0
                ? [] : result
        }
    }

    private(set) var steps: [Step] = []
    private(set) var frames: [FrameID: FrameNeed] = [:]

    /// - Parameter pieces: Sorted, not overlapping.
    init(_ pieces: [MapEntry], _ deltas: DeltaTables) throws(SyncError) {
        let ends = Self.recordEnds(pieces)
        for (piece, end) in zip(pieces, ends) { try add(piece, usedUntil: end, deltas) }
    }

    /// For each piece, where in the image its record is used for the last time before a pause of `mostStepBytes`.
    ///
    /// Only plain records count: a delta is decoded for one piece.
    private static func recordEnds(_ pieces: [MapEntry]) -> [Int] {
        var ends = pieces.map(\.end)
        var later: [RecordAddress: (start: Int, end: Int)] = [:]
        for (index, piece) in pieces.enumerated().reversed() {
            guard case .record(let frame, let record, _, 0) = piece.source else { continue }
            let address = RecordAddress(frame, record)
            if let next = later[address], next.start - piece.end < mostStepBytes { ends[index] = next.end }
            later[address] = (piece.offset, ends[index])
        }
        return ends
    }

    private mutating func add(
        _ piece: MapEntry, usedUntil end: Int, _ deltas: DeltaTables
    ) throws(SyncError) {
        if !goesOn(with: piece) { steps.append(Step()) }
        let step = steps.count - 1
        steps[step].pieces.append(piece)
        steps[step].length += piece.length
        guard case .record(let frame, let record, let offset, let depth) = piece.source else { return }
        steps[step].openUntil = max(steps[step].openUntil, end)
        var left = Self.maximumRecords
        try need(RecordAddress(frame, record), offset..<offset + piece.length, depth, deltas, &left)
    }

    /// True when the piece belongs to the step so far.
    private func goesOn(with piece: MapEntry) -> Bool {
        guard let last = steps.last, let end = last.pieces.last?.end, end == piece.offset,
            piece.source != .zero || piece.length <= Self.mostZeroBytes,
            last.length + piece.length <= Self.mostStepBytes
        else { return false }
        guard last.length >= Self.stepBytes, case .record(_, _, _, 0) = piece.source else { return true }
        return last.openUntil > piece.offset
    }

    private mutating func need(
        _ address: RecordAddress, _ range: Range<Int>, _ depth: Int, _ deltas: DeltaTables, _ left: inout Int
    ) throws(SyncError) {
        guard left > 0 else { throw .damaged("\(address): more than \(Self.maximumRecords) bases") }
        left -= 1
        let delta = depth > 0 ? deltas[address] : nil
        let step = steps.count - 1
        if frames[address.frame, default: FrameNeed()].add(address.record, range, delta, step) {
            steps[step].frames.append(address.frame)
        }
        guard let delta else { return }
        for slice in delta.base {
            try need(
                RecordAddress(slice), slice.offset..<slice.offset + slice.length, depth - 1, deltas, &left)
        }
    }
}
