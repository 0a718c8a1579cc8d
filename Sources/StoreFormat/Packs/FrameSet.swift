/// Frames, 64 counters of a push in a word: frames of one push follow each other, and a damaged number takes no more
/// memory than any other.
package struct FrameSet: Sendable {
    private var words: [FrameID: UInt64] = [:]

    package init(_ frames: some Sequence<FrameID> = []) {
        for frame in frames { insert(frame) }
    }

    package mutating func insert(_ frame: FrameID) {
        words[Self.word(of: frame), default: 0] |= Self.bit(of: frame)
    }

    package func contains(_ frame: FrameID) -> Bool {
        words[Self.word(of: frame), default: 0] & Self.bit(of: frame) != 0
    }

    private static func word(of frame: FrameID) -> FrameID {
        FrameID(push: frame.push, counter: frame.counter / 64)
    }

    private static func bit(of frame: FrameID) -> UInt64 { 1 << (frame.counter % 64) }
}
