internal import Platform

/// Decides if a delta against the old content of a block is worth an attempt.
///
/// A page that was rewritten has nothing in common with what stood there, and to find that out by compressing it costs
/// more than the plain record that it becomes. So blocks that share no sampled word with their old content are tried
/// only as long as such attempts pay.
struct DeltaOdds {
    private static let samples = 64
    /// Samples that must be equal; a few are in any two pages of one database.
    private static let leastEqual = 4
    /// Attempts against the odds that may fail in a row.
    private static let trust = 64
    /// And then one in so many is made, in case the content has changed.
    private static let probeInterval = 16

    private var trust = Self.trust
    private var passedOver = 0

    enum Bet: Sendable {
        case likely, unlikely, hopeless
    }

    mutating func bet(on bytes: [UInt8], against old: [UInt8]) -> Bet {
        if old.count != bytes.count || Self.isAlike(bytes, old) { return .likely }
        if trust > 0 { return .unlikely }
        passedOver += 1
        return passedOver % Self.probeInterval == 0 ? .unlikely : .hopeless
    }

    /// The result of an attempt that was unlikely to pay.
    mutating func note(success: Bool) { trust = success ? Self.trust : max(0, trust - 1) }

    private static func isAlike(_ bytes: [UInt8], _ old: [UInt8]) -> Bool {
        let distance = max(8, bytes.count / samples)
        var equal = 0
        var offset = 0
        while offset + 8 <= bytes.count {
            let word = bytes.span.uint64(at: offset)
            // Zeros are everywhere.
            if word != 0, word == old.span.uint64(at: offset) { equal += 1 }
            offset += distance
        }
        return equal >= leastEqual
    }
}

/// Chooses how plain records are compressed: as the level says, or quickly where that makes as little.
///
/// zstd's fast strategy takes two thirds of level 3's time. Of a database's pages it makes 1.6 % less, of program files
/// 3 % more, so the content is asked: now and then a record is compressed both ways, and what was found holds until the
/// next time. The same records in the same order have the same outcome on as many processors, however fast they are.
package struct PlainChoice {
    package enum Manner: Sendable {
        case thorough, quick, both
    }

    /// One record in so many is compressed both ways.
    private static let interval = 32
    /// How much more may come of the quick way: one part in so many.
    private static let allowedShare = 200

    private var givenCount = 0
    private var isQuick = false

    package init() {}

    /// How the next record is to be compressed.
    package mutating func next() -> Manner {
        defer { givenCount += 1 }
        if givenCount % Self.interval == 0 { return .both }
        return isQuick ? .quick : .thorough
    }

    /// Notes what came of a record that was compressed both ways, in bytes.
    package mutating func note(thorough: Int, quick: Int) {
        isQuick = quick <= thorough + thorough / Self.allowedShare
    }
}

/// The ways of one level to compress what has no base.
struct PlainCompressor: ~Copyable {
    /// zstd level, 1...19.
    let level: Int
    private var thorough: Compressor
    /// Nil for a level that has no quick way.
    private var quick: Compressor?

    init(_ level: Int) throws(CompressionError) {
        let thorough = try Compressor(level: level)
        let quick = try Compressor.quick(insteadOf: level)
        self.level = level
        self.thorough = thorough
        self.quick = quick
    }

    /// Of two ways that are tried, the smaller result.
    mutating func compress(
        _ bytes: Span<UInt8>, _ manner: PlainChoice.Manner
    ) throws(CompressionError) -> ([UInt8], RecordEncoder.Sizes?) {
        let quickly = manner == .thorough ? nil : try quick?.compress(bytes)
        if manner == .quick, let quickly { return (quickly, nil) }
        let thoroughly = try thorough.compress(bytes)
        guard let quickly else { return (thoroughly, nil) }
        let isQuickSmaller = quickly.count < thoroughly.count
        return (isQuickSmaller ? quickly : thoroughly, (thoroughly.count, quickly.count))
    }
}
