package import Platform
package import StoreFormat

/// Which of the damage that verifications found has not been found repaired since.
///
/// Verifications are given newest first. Damage of an object counts until a later one has read that object and not named it.
package struct OpenDamage: Sendable {
    /// Damage that no later verification has found repaired.
    package struct Entry: Equatable, Sendable {
        package fileprivate(set) var damage: Note.Damage
        package let found: Timestamp
    }

    package private(set) var open: [Entry] = []
    private var later: [(arc: DigestRange?, isOfJob: Bool, named: Set<String>)] = []

    package init() {}

    package mutating func add(_ note: StoredNote) {
        for damage in note.note.damage where !isRepaired(damage) {
            // A note about one point names that alone.
            if let known = open.firstIndex(where: { $0.damage.object == damage.object }) {
                open[known].damage.points = open[known].damage.points.union(damage.points)
            } else {
                open.append(Entry(damage: damage, found: note.received))
            }
        }
        later.append((note.note.arc, note.note.point == nil, Set(note.note.damage.map(\.object))))
    }

    /// The damage among the objects that a point needs; nil for none.
    package func damage(of generation: UInt64) -> Entry? {
        open.first { $0.damage.points.contains(generation) }
    }

    private func isRepaired(_ damage: Note.Damage) -> Bool {
        later.contains { later in
            // An object that two notes name counts as found by the later one.
            if later.named.contains(damage.object) { return later.isOfJob }
            guard let digest = ObjectKey(path: damage.object)?.digest else { return later.isOfJob }
            return later.arc?.contains(digest) ?? false
        }
    }
}
