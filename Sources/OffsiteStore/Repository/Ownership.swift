internal import Platform
package import StoreFormat

/// Whose a job is, as the store's side knows it: the makers whose points count.
///
/// That is who made its first point, which the store's side notes then, and whoever was adopted since. Of a point that
/// nobody is named for nothing is known, and a job without owners has no foreign points.
package struct Ownership: Equatable, Sendable {
    package let owners: Set<Maker>
    /// Foreign points that an owner has released.
    private let released: Set<Point.Reference>

    init(_ shelf: NoteReader) throws(StoreError) {
        let notes = try shelf.all(.adopted)
        let releases = notes.isEmpty ? [] : try shelf.all(.released)
        self.init(adopted: notes, released: releases)
    }

    /// - Parameters:
    ///   - adopted: The notes that name owners; the store's side takes them from nobody who may not.
    ///   - released: All releases; those of others than the owners do not count.
    init(adopted: [StoredNote], released: [StoredNote]) {
        let owners = Set(adopted.compactMap { Maker($0.note.comment) ?? $0.maker })
        self.owners = owners
        self.released = Set(
            released.filter { $0.maker.map { owners.contains($0) } ?? true }.compactMap(\.note.point))
    }

    /// Whether somebody else than an owner has made a point, and no owner has accepted it.
    package func isForeign(_ stored: StoredPoint) -> Bool {
        guard let maker = stored.receipt.maker, !owners.isEmpty, !owners.contains(maker) else { return false }
        return !released.contains(stored.reference)
    }

    /// Whether somebody else than an owner has made a note.
    func isForeign(_ note: StoredNote) -> Bool {
        guard let maker = note.maker, !owners.isEmpty else { return false }
        return !owners.contains(maker)
    }
}
