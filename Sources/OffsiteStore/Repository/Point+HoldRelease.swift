package import StoreFormat

extension Point.Hold {
    /// Of the releases of other points the one that releases this one as well; nil for none.
    func release(among released: [Point.Reference: StoredNote]) -> StoredNote? {
        reasons.isEmpty ? follows.lazy.compactMap { released[$0] }.first : nil
    }

    /// References to the held points that a new point is built upon.
    package static func following(_ stored: StoredPoint) -> [Point.Reference] {
        let hold = stored.point.hold
        return [stored.reference] + (hold.map { $0.isUnlike ? [] : $0.follows } ?? [])
    }
}
