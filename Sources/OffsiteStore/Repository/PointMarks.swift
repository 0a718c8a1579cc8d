package import StoreFormat

/// Marks on points from notes other than verifications: released, pinned, adopted, suspended.
package struct PointMarks: Sendable {
    /// Held ones that are accepted, each with the note that says so.
    package let released: [Point.Reference: StoredNote]
    /// Points that retention leaves alone, each with the note that says so.
    package let pinned: [Point.Reference: StoredNote]
    /// Whose points count.
    package let ownership: Ownership
    /// Why the job is not expected to make points; nil while it is.
    package let suspension: StoredNote?

    package init(_ shelf: NoteReader) throws(StoreError) {
        var notes: [NoteID.Kind: [StoredNote]] = [:]
        for kind in Self.kinds { notes[kind] = try shelf.all(kind) }
        self.init(notes)
    }

    /// Kinds of notes that say such things.
    static let kinds = [NoteID.Kind.released, .pinned, .unpinned, .suspended, .resumed, .adopted]

    /// - Parameter notes: All of each kind.
    init(_ notes: [NoteID.Kind: [StoredNote]]) {
        func all(_ kind: NoteID.Kind) -> [StoredNote] { notes[kind] ?? [] }
        released = Self.releases(all(.released))
        ownership = Ownership(adopted: all(.adopted), released: all(.released))
        var pinned: [Point.Reference: StoredNote] = [:]
        for note in Self.inOrder(all(.pinned) + all(.unpinned)) {
            guard let point = note.note.point else { continue }
            pinned[point] = note.note.id.kind == .pinned ? note : nil
        }
        self.pinned = pinned
        let last = Self.inOrder(all(.suspended) + all(.resumed)).last
        suspension = last?.note.id.kind == .suspended ? last : nil
    }

    /// Of each point the newest.
    static func releases(_ notes: [StoredNote]) -> [Point.Reference: StoredNote] {
        var released: [Point.Reference: StoredNote] = [:]
        for note in inOrder(notes) { if let point = note.note.point { released[point] = note } }
        return released
    }

    /// By the store's time, then by number, then the one that undoes: the later one of two counts.
    private static func inOrder(_ notes: [StoredNote]) -> [StoredNote] {
        notes.sorted {
            ($0.received, $0.note.id.number, $0.note.id.kind.rawValue)
                < ($1.received, $1.note.id.number, $1.note.id.kind.rawValue)
        }
    }
}
