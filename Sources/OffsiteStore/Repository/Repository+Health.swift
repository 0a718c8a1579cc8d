internal import StoreFormat

/// Which points count.
extension Repository {
    /// The effective health of a point, by all that is known of it.
    package func health(of stored: StoredPoint) throws(StoreError) -> PointHealth {
        if stored.point.health == .damaged { return .acceptedDamage }
        if let found = stored.damage(by: try damage()) { return .damaged(found) }
        if let maker = stored.receipt.maker, try isForeign(stored) { return .foreign(maker) }
        guard try isBounded(stored.point) else { return .unbounded }
        guard stored.point.health == .suspicious else { return .good }
        if let note = stored.release(among: try releases()) { return .released(note) }
        return .suspicious(stored.point.hold?.sentences(stored.point.kind) ?? [])
    }

    /// True if a point counts: committed as good or released since, and nothing that it needs is known to be damaged.
    package func isGood(_ stored: StoredPoint) throws(StoreError) -> Bool { try health(of: stored).isGood }

    /// True if a point's content is accepted: it was committed as good, or is held and was released since.
    ///
    /// One whose image is far larger than what vouches for it is not, whatever it says, and neither is one that somebody else
    /// than the job's owner has made. That the store has lost something of it makes its content no worse: the sanity gate and
    /// copies judge by this.
    package func isAccepted(_ stored: StoredPoint) throws(StoreError) -> Bool {
        if try isForeign(stored) { return false }
        // Of most points nothing has to be looked up.
        guard try isBounded(stored.point) else { return false }
        guard stored.point.health == .suspicious else { return stored.isAccepted([:]) }
        return stored.isAccepted(try releases())
    }

    /// True if a note has released a held point, or the point that it is held because of.
    package func isReleased(_ stored: StoredPoint) throws(StoreError) -> Bool {
        stored.release(among: try releases()) != nil
    }

    /// True if another maker than the job's owners has made a point: it does not count until it is released.
    package func isForeign(_ stored: StoredPoint) throws(StoreError) -> Bool {
        // A store that records no makers is not asked for notes.
        guard stored.receipt.maker != nil else { return false }
        return try ownership().isForeign(stored)
    }
}
