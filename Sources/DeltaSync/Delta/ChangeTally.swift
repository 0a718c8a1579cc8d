internal import StoreFormat

/// Counts what of an image has changed since its base, and the bytes of records that were made for it.
///
/// Blocks that are shipped although the base has them are not among them: their bytes look like no change of the source.
struct ChangeTally {
    /// Blocks with another content, those that are zero now among them.
    var blocks = 0
    /// Of those blocks that are not zero.
    var bytes = 0
    /// Of the records made for them.
    var storedBytes = 0
    /// Bytes of blocks that earlier pushes have shipped: of changed ones, and of all.
    private(set) var resumed = (changed: 0, all: 0)

    mutating func addResumed(_ count: Int, isChange: Bool) {
        resumed.all += count
        if isChange { resumed.changed += count }
    }

    /// - Parameter resumedBytes: Length of the packs of earlier pushes in which blocks were found.
    func difference(hadBaseBytes: Bool, resumedBytes: Int) -> Point.Difference {
        // Of packs that have other blocks as well nobody knows what the changed ones took.
        let isKnown = resumed.changed == resumed.all
        return Point.Difference(
            hadBaseBytes: hadBaseBytes, changedBytes: bytes - (isKnown ? 0 : resumed.changed),
            storedBytes: storedBytes + (isKnown ? resumedBytes : 0))
    }
}
