internal import Platform
package import StoreFormat

/// The owners of a job, as the store's side knows them: the makers whose points count.
///
/// The maker of the first point is one, which the store's side notes then; others were adopted since. A point without a
/// maker is never foreign, and a job without owners has no foreign points.
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
    ///   - adopted: The notes that name owners; the store's side takes them only from clients that may adopt.
    ///   - released: All releases; those of others than the owners do not count.
    init(adopted: [StoredNote], released: [StoredNote]) {
        let owners = Set(adopted.compactMap { Maker($0.note.comment) ?? $0.maker })
        self.owners = owners
        self.released = Set(
            released.filter { $0.maker.map { owners.contains($0) } ?? true }.compactMap(\.note.point))
    }

    /// True if another maker than an owner has made a point, and no owner has accepted it.
    package func isForeign(_ stored: StoredPoint) -> Bool {
        guard let maker = stored.receipt.maker, !owners.isEmpty, !owners.contains(maker) else { return false }
        return !released.contains(stored.reference)
    }

    /// True if another maker than an owner has made a note.
    func isForeign(_ note: StoredNote) -> Bool {
        guard let maker = note.maker, !owners.isEmpty else { return false }
        return !owners.contains(maker)
    }
}
