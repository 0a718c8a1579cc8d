package import OffsiteStore
internal import Platform
internal import StoreFormat

/// Which points of a job have been proved: all that they need was found in the store, after they were committed.
package struct VerifiedPoints {
    private let repository: Repository
    private let notes: NoteReader
    /// When all points were last proved together.
    private let allProved: Timestamp?
    private let proved: Set<Point.Reference>

    package init(_ repository: Repository) throws(StoreError) {
        self.repository = repository
        notes = try repository.notes()
        var allProved: Timestamp?
        var proved: Set<Point.Reference> = []
        try notes.newest(.verified) { note in
            guard let facts = try? VerificationFacts(parsing: note.note.facts) else { return true }
            // A part says nothing of a point.
            guard note.note.outcome == .good, facts.level != CheckRequest.Level.part.word else { return true }
            if let point = note.note.point {
                proved.insert(point)
            } else {
                allProved = allProved ?? note.received
            }
            return true
        }
        self.allProved = allProved
        self.proved = proved
    }

    package func contains(_ stored: StoredPoint) throws(StoreError) -> Bool {
        guard try repository.isGood(stored) else { return false }
        if proved.contains(stored.reference) { return true }
        if let allProved, allProved >= stored.receipt.received { return true }
        return try notes.goodProof(of: stored.reference) != nil
    }

    /// The newest good point that is proved; nil where there is none.
    package func newest() throws(StoreError) -> StoredPoint? {
        for generation in try repository.generations().reversed() {
            guard let found = try repository.undamaged(generation) else { continue }
            if try contains(found) { return found }
        }
        return nil
    }
}
