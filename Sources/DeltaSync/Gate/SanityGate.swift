internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
package import StoreFormat

/// Judges a full that is about to be committed by the good ones before it: what an intruder or a mishap does to a source
/// looks unlike any night before.
///
/// It judges by content that changed, never by what was shipped (docs/format/point.md, `DIFF`). What it holds is committed
/// all the same, as suspicious: nothing is lost, and what was the newest good point stays that. What was released once is
/// a norm for the nights after it.
package struct SanityGate: Sendable {
    /// Points whose usual share and entropy are looked at, and how few are no history.
    static let historyPoints = 7
    static let leastHistory = 3
    /// An image below this part of the newest good one has dropped.
    static let sizeDrop = 0.5
    /// Changes below this share are ordinary, whatever is usual.
    static let ordinaryShare = 0.5
    /// Above the usual share by this factor is far.
    static let farFactor = 4.0
    /// Content that shrinks by no more than a twentieth is as good as random.
    static let randomRatio = 0.95
    /// Usual changes that shrink to less than this are not.
    static let plainRatio = 0.7
    /// Share and bytes of changes from which their entropy counts; of fewer, what describes them is too large a part.
    static let entropyShare = 0.05
    static let entropyBytes = 1 << 20

    /// The figures of a point.
    struct Figures: Equatable {
        let imageBytes: Int
        /// Of its blocks that have changed; nil where there was nothing to compare with.
        let share: Double?
        /// Of changed blocks that are not zero.
        let changedBytes: Int
        /// Stored bytes of each changed one; nil where nothing has changed.
        let ratio: Double?
        /// True if changes were stored as deltas: ratios are compared with those of the same kind only.
        let hadBaseBytes: Bool
        /// True if it was held, and a person has accepted it.
        let isReleased: Bool

        init(_ point: Point) {
            imageBytes = point.layout.length
            let blocks = Double(max(1, point.counts.blocks))
            share = point.difference == nil ? nil : Double(point.counts.changedBlocks) / blocks
            changedBytes = point.difference?.changedBytes ?? 0
            ratio = point.difference.flatMap {
                $0.changedBytes == 0 ? nil : Double($0.storedBytes) / Double($0.changedBytes)
            }
            hadBaseBytes = point.difference?.hadBaseBytes ?? false
            isReleased = point.health == .suspicious
        }

        var looksRandom: Bool { ratio.map { $0 >= SanityGate.randomRatio } ?? false }
    }

    /// - Parameters:
    ///   - point: The one that is about to be committed.
    ///   - latest: The newest good full.
    ///   - history: Good fulls before it, `latest` among them; asked for only where the point is unusual at first sight.
    /// - Returns: Why it is to be held; empty for nothing.
    package static func reasons<E: Error>(
        _ point: Point, since latest: Point, history: () throws(E) -> [Point]
    ) throws(E) -> [String] {
        let new = Figures(point)
        var reasons: [String] = []
        if Double(new.imageBytes) < sizeDrop * Double(latest.layout.length) {
            reasons.append(
                "the image has \(new.imageBytes) bytes, that of point \(latest.generation) has \(latest.layout.length)"
            )
        }
        guard let share = new.share, share >= entropyShare else { return reasons }
        let isRandom = new.changedBytes >= entropyBytes && new.looksRandom
        guard share > ordinaryShare || isRandom else { return reasons }
        let history = try history()
        let usual = history.map { Figures($0) }
        let periods = periods(until: point, since: latest, history)
        let released = usual.filter(\.isReleased)
        if share > ordinaryShare, let before = median(usual.compactMap(\.share)),
            share > farFactor * max(before * periods, released.compactMap(\.share).max() ?? 0)
        {
            reasons.append("\(percent(share)) of it has changed, usual are \(percent(before))")
        }
        let alike = usual.filter { $0.hadBaseBytes == new.hadBaseBytes }
        if isRandom, !released.contains(where: \.looksRandom),
            let before = median(alike.compactMap(\.ratio)), before < plainRatio
        {
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
        let passed = Double(point.sourceTime.nanoseconds) - Double(latest.sourceTime.nanoseconds)
        return max(1, passed / usual)
    }

    /// Nil where there are too few to say what is usual.
    private static func median(_ values: [Double], least: Int = leastHistory) -> Double? {
        values.count < least ? nil : values.sorted()[values.count / 2]
    }

    private static func percent(_ share: Double) -> String { "\(Int(saturating: (share * 100).rounded())) %" }
}

extension SanityGate {
    /// Pages that were in use and are blank are a leap from this many on, and above this part of those in use.
    static let leastBlanked = 8.0
    static let blankedShare = 0.05

    /// Why a full is to be held for its blank pages: an engine hardly ever blanks a page that it has used.
    ///
    /// A database that grows has more blank pages and no fewer in use, one that was made smaller has fewer in use and no more
    /// that are blank: only what moves from one count to the other is a leap. Numbers of points are from outside: no sum of
    /// them may trap.
    static func blankLeap(_ point: Point, since latest: Point) -> String? {
        let now = point.counts
        let then = latest.counts
        let used = (
            now: Double(now.pages) - Double(now.blankPages),
            then: Double(then.pages) - Double(then.blankPages)
        )
        let blanked = min(used.then - used.now, Double(now.blankPages) - Double(then.blankPages))
        guard blanked >= leastBlanked, blanked > blankedShare * used.then else { return nil }
        return
            "\(whole(blanked)) pages that were in use are blank: \(whole(used.now)) of \(whole(Double(now.pages))) are in use, "
            + "point \(latest.generation) has \(whole(used.then)) of \(whole(Double(then.pages)))"
    }

    private static func whole(_ value: Double) -> String {
        Int(exactly: value.rounded()).map(String.init) ?? "\(value)"
    }
}

extension Push {
    /// Says of a point that is about to be committed whether it is held, and why.
    ///
    /// - Parameter full: The full that a log point continues.
    func judge(
        _ point: inout Point, _ request: PushRequest, _ history: PointChain, _ full: StoredPoint?
    ) throws(SyncError) {
        var reasons = request.suspicions
        var follows: [Point.Reference] = []
        // Readers would not believe it, even if the gate is off.
        let isBounded = try syncing { () throws(StoreError) in try repository.isBounded(point) }
        if !isBounded { reasons.append(.init(.unlike, repository.unbounded(point))) }
        if let full {
            if try !isAccepted(full) {
                point.health = .worst(point.health, full.point.health)
                follows = Point.Hold.following(full)
            }
        } else if request.isGated {
            let held = try history.heldFull()
            follows = held.map(Point.Hold.following) ?? []
            reasons += try unlike(point, request, history, since: held?.point)
        }
        // A point that was committed with damage is not held for it.
        if full?.point.health == .damaged { follows = [] }
        point.hold = Point.Hold(reasons, follows: follows)
        if point.hold != nil { point.health = .worst(point.health, .suspicious) }
    }

    private func isAccepted(_ stored: StoredPoint) throws(SyncError) -> Bool {
        try syncing { () throws(StoreError) in try repository.isAccepted(stored) }
    }

    /// Why a full is unlike those before it.
    ///
    /// - Parameter held: The held point that it is built upon: it is compared with that, as if it were good.
    private func unlike(
        _ point: Point, _ request: PushRequest, _ history: PointChain, since held: Point?
    ) throws(SyncError) -> [Point.Hold.Reason] {
        let newest = held == nil ? try history.goodFulls(1).first : held
        guard let latest = newest else { return [] }
        var reasons = try SanityGate.reasons(point, since: latest) { () throws(SyncError) in
            try history.goodFulls(SanityGate.historyPoints)
        }
        if let leap = SanityGate.blankLeap(point, since: latest) { reasons.append(leap) }
        if let other = request.otherSource(latest.sourceFacts) { reasons.append(other) }
        if let lack = request.lack(latest) { reasons.append(lack) }
        return reasons.map { .init(.unlike, $0) }
    }
}
