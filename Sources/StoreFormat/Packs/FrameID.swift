package import Platform

/// The name of a frame: eight random bytes of the push that made it, and a count within that push.
package struct FrameID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package static let byteCount = 16
    package let push: UInt64
    /// Below 2^63.
    package let counter: UInt64

    package init(push: UInt64, counter: UInt64) {
        self.push = push
        self.counter = counter
    }

    package init(parsing reader: inout ByteReader) throws(FormatError) {
        let push = try reader.uint64()
        // A list of frames holds the count as a varint of 63 bits.
        self.init(push: push, counter: UInt64(try reader.length("frame count")))
    }

    package func encode(into writer: inout ByteWriter) {
        writer.uint64(push)
        writer.uint64(counter)
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.push, left.counter) < (right.push, right.counter)
    }

    package var description: String { "\(String(push, radix: 16))-\(counter)" }
}

/// A list of frames in which the eight bytes of each push stand once (docs/format/pack.md, section 3).
///
/// Layout: varint pushes, 8 bytes each; varint frames, each varint index of its push and varint count.
package struct FrameList: Equatable, Sendable {
    /// As many frames as a job may have.
    package static let maximumFrames = 3 << 20

    package private(set) var frames: [FrameID] = []
    private var positions: [FrameID: Int] = [:]

    package init() {}

    /// The position of `frame`, appended if it is new.
    package mutating func position(of frame: FrameID) -> Int {
        if let found = positions[frame] { return found }
        positions[frame] = frames.count
        frames.append(frame)
        return frames.count - 1
    }

    package func encode(into writer: inout ByteWriter) {
        var pushes: [UInt64] = []
        var pushPositions: [UInt64: Int] = [:]
        for frame in frames where pushPositions[frame.push] == nil {
            pushPositions[frame.push] = pushes.count
            pushes.append(frame.push)
        }
        writer.varint(pushes.count)
        for push in pushes { writer.uint64(push) }
        writer.varint(frames.count)
        for frame in frames {
            writer.varint(pushPositions[frame.push] ?? 0)
            writer.varint(Int(frame.counter))
        }
    }

    package init(parsing reader: inout ByteReader) throws(FormatError) {
        let pushCount = try reader.varint("pushes", limit: reader.remaining / 8)
        var pushes: [UInt64] = []
        for _ in 0..<pushCount { pushes.append(try reader.uint64()) }
        let count = try reader.varint("frames", limit: min(reader.remaining, Self.maximumFrames))
        for _ in 0..<count {
            let start = reader.offset
            let push = try reader.varint("push")
            let counter = try reader.varint("frame count")
            guard push < pushes.count else { throw .badField(field: "push", offset: start) }
            let frame = FrameID(push: pushes[push], counter: UInt64(counter))
            guard position(of: frame) == frames.count - 1 else {
                throw .badField(field: "frame", offset: start)
            }
        }
    }
}

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
