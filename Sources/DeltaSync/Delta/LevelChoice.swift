/// How hard a push compresses.
package enum CompressionLevel: Equatable, Sendable {
    /// zstd level 3, and more for what has no base as far as the link leaves time for it.
    case automatic
    /// A zstd level, 1...19.
    case fixed(Int)

    private static let usual = 3

    /// The level of deltas.
    ///
    /// Where the old content is there to copy from, level 3 finds 0.1 % more than level 1 in half as much time again; only
    /// who asks for more than that gets more.
    var delta: Int {
        switch self {
        case .automatic: 1
        case .fixed(let level): level <= Self.usual ? 1 : level
        }
    }
}

/// Chooses the zstd level of plain records: a higher one while they wait for the link, a lower one when it waits for them.
///
/// What a night brings is little next to a first push and kept as long, so it begins a step higher: 4 % smaller for 15 %
/// more time.
package struct LevelChoice {
    /// Levels that make less than the one before of both made and real pages; those between them do not.
    private static let automaticSteps = [3, 4, 7, 9, 12]
    /// Records after which the level may change.
    private static let window = 16

    private let steps: [Int]
    private var step: Int
    /// Of the records since the last change.
    private var seenCount = 0
    private var waitedCount = 0

    /// - Parameter isFirst: There is no base: all of it is plain.
    package init(_ wanted: CompressionLevel, isFirst: Bool) {
        switch wanted {
        case .automatic:
            steps = Self.automaticSteps
            step = isFirst ? 0 : 1
        case .fixed(let level):
            steps = [isFirst ? level : min(level + 1, 19)]
            step = 0
        }
    }

    package var level: Int { steps[step] }

    /// Notes a plain record that could be compressed.
    ///
    /// - Parameter waited: Those who compress had nearly run out of work when it was sent.
    package mutating func note(waited: Bool) {
        seenCount += 1
        waitedCount += waited ? 1 : 0
        guard seenCount == Self.window else { return }
        if waitedCount * 4 >= Self.window * 3 {
            step = min(step + 1, steps.count - 1)
        } else if waitedCount * 4 <= Self.window {
            step = max(step - 1, 0)
        }
        (seenCount, waitedCount) = (0, 0)
    }
}
