internal import Platform

/// What one segment of a log is, by its own sum and place (format notes 5.3).
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
