internal import Image
internal import OffsiteStore
internal import Platform

/// Judges a full that is about to be committed by the good ones before it: what an intruder or a mishap does to a source
/// looks unlike any night before.
///
/// What it holds is committed all the same, as suspicious: nothing is lost, and what was the newest good point stays that.
struct SanityGate: Sendable {
    /// Points whose usual share and entropy are looked at, and how few are no history.
    static let historyPoints = 7
    static let leastHistory = 3
    /// An image below this part of the newest good one has dropped.
    static let sizeDrop = 0.5
    /// Changes below this share are ordinary, whatever is usual.
    static let ordinaryShare = 0.5
    /// Above the usual share by this factor is far.
    static let farFactor = 4.0
    /// What does not shrink by more than a twentieth is as good as random.
    static let randomRatio = 0.95
    /// Usual changes that shrink to less than this are not.
    static let plainRatio = 0.7
    /// Share and bytes of changes from which their entropy counts; of fewer, what describes them is too large a part.
    static let entropyShare = 0.05
    static let entropyBytes = 1 << 20

    /// What a point tells of itself in numbers.
    struct Figures: Equatable {
        let imageBytes: Int
        /// Of its blocks that were shipped; nil where there was nothing to compare with.
        let share: Double?
        let changedBytes: Int
        /// Shipped bytes of each changed one; nil where nothing has changed.
        let ratio: Double?

        init(_ point: Point) {
            imageBytes = point.layout.length
            let blocks = Double(max(1, point.counts.blocks))
            let changed = Double(point.counts.changedBlocks)
            share = point.parent == nil ? nil : changed / blocks
            changedBytes = point.changedBytes
            ratio = changedBytes == 0 ? nil : Double(point.counts.shippedBytes) / Double(changedBytes)
        }
    }

    /// - Parameters:
    ///   - point: The one that is about to be committed.
    ///   - latest: The newest good full.
    ///   - hasBase: Whether this host had the old content: without, changes are shipped whole and look like new ones.
    ///   - history: Good fulls before it, `latest` among them; asked for only where the point is unusual at first sight.
    /// - Returns: Why it is to be held; empty for nothing.
    static func reasons<E: Error>(
        _ point: Point, since latest: Point, hasBase: Bool, history: () throws(E) -> [Point]
    ) throws(E) -> [String] {
        let new = Figures(point)
        var reasons: [String] = []
        if Double(new.imageBytes) < sizeDrop * Double(latest.layout.length) {
            reasons.append(
                "the image has \(new.imageBytes) bytes, that of point \(latest.generation) has \(latest.layout.length)"
            )
        }
        guard let share = new.share, share >= entropyShare else { return reasons }
        let isRandom =
            hasBase && new.changedBytes >= entropyBytes && new.ratio.map { $0 >= randomRatio } ?? false
        guard share > ordinaryShare || isRandom else { return reasons }
        let history = try history()
        let usual = history.map { Figures($0) }
        let periods = periods(until: point, since: latest, history)
        if share > ordinaryShare, let before = median(usual.compactMap(\.share)),
            share > farFactor * before * periods
        {
            reasons.append("\(percent(share)) of it has changed, usual are \(percent(before))")
        }
        if isRandom, let before = median(usual.compactMap(\.ratio)), before < plainRatio {
            reasons.append("what has changed looks random, as if it were encrypted, and never did before")
        }
        return reasons
    }

    /// How many times longer the newest good full is ago than one was ago from the next, and at least 1: a target that
    /// was away for many nights gets what all of them have changed.
    private static func periods(until point: Point, since latest: Point, _ history: [Point]) -> Double {
        let times = history.map { Double($0.sourceTime.nanoseconds) }.sorted()
        let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
        guard let usual = median(gaps, least: 1), usual > 0 else { return 1 }
        return max(1, Double(point.sourceTime.nanoseconds - latest.sourceTime.nanoseconds) / usual)
    }

    /// Nil where there are too few to say what is usual.
    private static func median(_ values: [Double], least: Int = leastHistory) -> Double? {
        values.count < least ? nil : values.sorted()[values.count / 2]
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
