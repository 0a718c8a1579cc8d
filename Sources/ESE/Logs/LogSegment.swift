internal import Platform

/// The kind of one segment of a log, by its own sum and place (format notes 5.3).
enum LogSegment: Equatable {
    /// Never written.
    case empty
    /// A good segment of this log, with its stored sum.
    case own(sum: UInt64)
    /// A good segment of an older log.
    case stale
    /// The second copy of the segment before, of the log of this generation.
    case shadow(generation: Int32)
    /// A right sum, but a place in the stream that cannot be here.
    case strange(String)
    /// A wrong sum that one flipped bit explains.
    case flipped(bit: Int)
    case damaged(String)

    /// - Parameters:
    ///   - segment: 4096 bytes.
    ///   - index: Its number in the file; the header is 0.
    ///   - generation: The log's.
    init(_ segment: Span<UInt8>, index: Int, generation: Int32) {
        if PageKernel.isZero(segment) {
            self = .empty
            return
        }
        let number = UInt32(clamping: index)
        let stored = segment.uint64(at: 0)
        let computed = PageChecksum.blockSum(segment, number: number, isFirst: true)
        let place = LogPosition(segment, at: 8)
        if stored == computed {
            self = Self.good(place, sum: stored, index: index, generation: generation)
        } else if index > 1, stored == computed ^ UInt64(number) ^ UInt64(number - 1) {
            self = Self.copy(place, index: index, generation: generation)
        } else if let bit = Self.flippedBit(segment, number: number, stored: stored, computed: computed) {
            self = .flipped(bit: bit)
        } else {
            self = .damaged(
                "checksum failed, stored 0x\(Hexadecimal.lower(stored)), "
                    + "computed 0x\(Hexadecimal.lower(computed))")
        }
    }

    private static func good(
        _ place: LogPosition, sum: UInt64, index: Int, generation: Int32
    ) -> LogSegment {
        if place.generation < generation { return .stale }
        if place.generation == generation, Int(place.sector) == index { return .own(sum: sum) }
        return .strange("says that it is segment \(place.sector) of log \(place.generation)")
    }

    private static func copy(_ place: LogPosition, index: Int, generation: Int32) -> LogSegment {
        guard place.generation <= generation, Int(place.sector) == index - 1 else {
            return .strange("is a copy of segment \(place.sector) of log \(place.generation)")
        }
        return .shadow(generation: place.generation)
    }

    /// The one bit whose flip makes the sum right (format notes 3.6).
    private static func flippedBit(
        _ segment: Span<UInt8>, number: UInt32, stored: UInt64, computed: UInt64
    ) -> Int? {
        let bit = PageChecksum.flippedBit(stored, computed, blockBytes: segment.count)
        guard let bit, bit >= 64, bit != PageChecksum.flagBit else { return nil }
        var mended = segment.array(0..<segment.count)
        mended[bit / 8] ^= 1 << UInt8(bit % 8)
        let isRight = PageChecksum.blockSum(mended.span, number: number, isFirst: true) == stored
        return isRight ? bit : nil
    }
}

/// The data of a log of version 8: segments of 4096 bytes, each with a page's sum (format notes 5.3).
///
/// Good segments come first, without a hole. Behind them may stand the second copy of the last one (its
/// shadow), then nothing, or what an older log left in a file that was used again. The last segment of the
/// file is kept for a shadow and is never data.
struct LogSegments: Sendable {
    private let generation: Int32
    /// Index of the segment that is kept for a shadow.
    private let reserved: Int
    /// Index of the next segment; the header is segment 0.
    private var next = 1
    /// The first segment that holds nothing of this log.
    private var end: Int?
    private var lastGood: Int?
    private var sum: UInt64 = 0
    private var used = 0
    private var shadows = 0
    private var stale = 0
    private var problem: LogDataProblem?
    /// The segment whose sum is wrong beyond one bit, when it is the first damage.
    private var broken: Int?
    /// True when that segment's shadow is intact and nothing follows: a torn write.
    private var isTorn = false

    init(_ header: LogHeader) {
        generation = header.generation
        reserved = header.fileBytes / LogDataCheck.segmentBytes - 1
        if header.sectorBytes != LogDataCheck.segmentBytes {
            problem = LogDataProblem(
                at: 8, "the header names sectors of \(header.sectorBytes) bytes, version 8 has 4096")
        }
    }

    mutating func append(_ segment: Span<UInt8>) {
        let index = next
        next += 1
        let kind = LogSegment(segment, index: index, generation: generation)
        switch kind {
        case .empty: end = end ?? index
        case .stale:
            end = end ?? index
            stale += 1
        case .shadow(let other):
            end = end ?? index
            shadows += 1
            if other == generation, broken == index - 1 { isTorn = true }
        case .own(let stored): add(index, stored)
        case .strange(let words), .damaged(let words):
            // What a torn shadow leaves in the last segment is no data.
            guard index != reserved else { return }
            if case .damaged = kind, problem == nil { broken = index }
            note(index, words)
        case .flipped(let bit):
            guard index != reserved else { return }
            note(index, "checksum failed, as if bit \(bit) had flipped")
        }
    }

    private mutating func add(_ index: Int, _ stored: UInt64) {
        if index == reserved { return note(index, "holds data where only a shadow may stand") }
        if let end { return note(index, "holds data behind the end of the log at segment \(end)") }
        isTorn = false
        broken = nil
        sum ^= stored
        used += 1
        lastGood = index
    }

    private mutating func note(_ index: Int, _ words: String) {
        // More damage, or data, after the shadow: not the last write after all.
        isTorn = false
        guard problem == nil else { return }
        let offset = index * LogDataCheck.segmentBytes
        problem = LogDataProblem(at: offset, "segment \(index) (byte \(offset)): \(words)")
    }

    consuming func finish() -> LogDataReport {
        var problem = problem
        if isTorn, let broken, let damage = problem {
            problem = LogDataProblem(
                .logTornWriteDuringHardRestore, at: damage.offset,
                "segment \(broken) (byte \(damage.offset)): torn when it was written, its shadow is intact")
        }
        return LogDataReport(
            problem: problem, used: used, shadows: shadows, stale: stale,
            accumulatedSum: problem == nil ? sum : nil,
            last: lastGood.map {
                LogPosition(generation: generation, sector: UInt16(clamping: $0), byte: 0)
            })
    }
}
