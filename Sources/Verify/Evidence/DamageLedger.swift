internal import OffsiteStore
internal import Platform

/// Which of the damage that verifications found has not been found mended since.
///
/// Verifications are given newest first. Damage of an object counts until a later one has read that object and not named it.
struct DamageLedger {
    private(set) var open: [JobEvidence.Damage] = []
    private var later: [(arc: DigestArc?, isOfJob: Bool, named: Set<String>)] = []

    mutating func add(_ note: StoredNote, _ facts: VerificationFacts) {
        // Where objects are damaged, an image made of them tells nothing more.
        let found = facts.damage.isEmpty ? Self.faults(facts, note.note) : facts.damage
        for damage in found where !isMended(damage) {
            open.append(
                .init(
                    object: damage.object, reason: damage.reason, points: damage.points, found: note.received)
            )
        }
        let named = Set(facts.damage.map(\.object) + facts.faults)
        later.append((note.note.arc, note.note.point == nil, named))
    }

    private func isMended(_ damage: VerificationFacts.Damage) -> Bool {
        later.contains { later in
            if later.named.contains(damage.object) { return true }
            guard let digest = ObjectKey(path: damage.object)?.digest else { return later.isOfJob }
            return later.arc?.contains(digest) ?? false
        }
    }

    /// What was wrong with an image that was made again.
    private static func faults(_ facts: VerificationFacts, _ note: Note) -> [VerificationFacts.Damage] {
        facts.faults.map { fault in
            .init(
                object: fault, reason: "image of point \(facts.rebuilt ?? "?")",
                points: note.point.map { [$0.generation] } ?? [])
        }
    }
}
