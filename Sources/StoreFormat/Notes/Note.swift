package import Platform

/// A fact learned after a commit (docs/format/note.md).
///
/// Immutable, like all objects: what it says is undone by another note.
package struct Note: Equatable, Sendable {
    package enum Outcome: UInt8, Sendable {
        /// A note that judges nothing.
        case none = 0
        case good = 1
        case bad = 2
    }
    /// Of the object, with its receipt more than that.
    package static let maximumBytes = 1 << 20
    package static let maximumFactBytes = 512 << 10
    package static let maximumTextBytes = 1024

    package let id: NoteID
    /// The point it is about; nil for the whole job.
    package var point: Point.Reference?
    package var outcome = Outcome.none
    /// Which objects were read; nil for none.
    package var arc: DigestRange?
    /// By the clock of the host that made it; the receipt has the store's.
    package var made: Timestamp
    /// Who says so: host and run.
    package var maker: String
    /// For people: why a point is pinned, what a verification found.
    package var comment: String
    /// What a verification found damaged; none in notes of other kinds.
    package var damage: [Damage] = []
    /// Details, JSON as its maker wrote it; the store does not look into them.
    package var facts: [UInt8] = []

    package init(
        _ id: NoteID, point: Point.Reference? = nil, made: Timestamp, maker: String, comment: String = ""
    ) {
        self.id = id
        self.point = point
        self.made = made
        self.maker = maker
        self.comment = comment
    }
}
