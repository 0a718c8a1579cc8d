internal import Platform

/// An exclusive or of bytes in four lanes, by their offset in the file modulo four.
///
/// The sum of 32-bit words counted from any byte is such a sum, rotated.
struct LaneSum: Equatable, Sendable {
    private(set) var value: UInt32 = 0

    /// Adds bytes that stand at `offset`.
    mutating func add(_ bytes: Span<UInt8>, at offset: Int) {
        let body = bytes.count / 64 * 64
        if body > 0 {
            let words = PageKernel.wordXor(bytes.extracting(0..<body))
            value ^= Self.rotated(words, lanes: offset)
        }
        for index in body..<bytes.count {
            let lane = UInt32(truncatingIfNeeded: (offset + index) & 3)
            value ^= UInt32(bytes[index]) &<< (lane * 8)
        }
    }

    /// The sum of the bytes from `start` on that were added after `before`, as words counted from `start`.
    func since(_ before: LaneSum, start: Int) -> UInt32 {
        Self.rotated(value ^ before.value, lanes: -start)
    }

    /// Moves every byte of a word up by `lanes` modulo four.
    private static func rotated(_ word: UInt32, lanes: Int) -> UInt32 {
        let bits = UInt32(truncatingIfNeeded: lanes & 3) * 8
        return word &<< bits | word &>> (32 &- bits)
    }
}
