internal import StoreFormat

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
