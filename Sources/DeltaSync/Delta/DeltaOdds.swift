internal import Platform

/// Whether a delta against the old content of a block is worth an attempt.
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

    /// What came of an attempt that was unlikely.
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
