package import OffsiteStore
package import Platform
package import StoreFormat

/// The history of a job in a store since a time: every point, verification and rehearsal, oldest first.
///
/// It is read from the store each time, so there is nothing to keep in step with it.
package struct JobHistory: Sendable {
    /// Newest points that a history has at most; what is older is counted and not shown.
    package static let maximumPoints = 10_000

    package struct Verification: Sendable {
        package let time: Timestamp
        package let point: Point.Reference?
        package let isGood: Bool
        /// Of all bytes, from 0 to 1; nil for a sample.
        package let share: Double?
        package let facts: VerificationFacts
        /// Nil where the note does not say it.
        package let runID: String?
    }

    /// In outline.
    package private(set) var points: [StoredPoint] = []
    /// The health of each of them today, by generation.
    package private(set) var health: [UInt64: PointHealth] = [:]
    /// Generations whose point cannot be read.
    package private(set) var unreadable: [UInt64] = []
    package private(set) var verifications: [Verification] = []
    package private(set) var rehearsals: [JobEvidence.Rehearsal] = []
    /// The coverage by verifications in that period and in the one before, which counts at its beginning.
    package private(set) var coverage: ReadCoverage

    /// Returns the health of a point today.
    package func health(of stored: StoredPoint) -> PointHealth { health[stored.point.generation] ?? .good }

    /// - Parameters:
    ///   - since: Receipts before it are left out.
    ///   - seconds: For how long what was read counts as read.
    package init(
        reading repository: Repository, since: Timestamp, readWithin seconds: Int = ReadCoverage.usualSeconds
    ) throws(StoreError) {
        coverage = ReadCoverage(within: seconds)
        for generation in try repository.generations().reversed().prefix(Self.maximumPoints) {
            guard let found = try repository.undamaged(generation) else {
                unreadable.append(generation)
                continue
            }
            guard found.receipt.received >= since else { break }
            self.points.append(StoredPoint(point: found.point.outline, receipt: found.receipt))
            health[generation] = try repository.health(of: found)
        }
        self.points.reverse()
        let shelf = try repository.notes()
        var verifications: [Verification] = []
        try shelf.newest(.verified) { note in
            if let arc = note.note.arc { coverage.add(arc, at: note.received) }
            guard note.received >= since else {
                return note.received.seconds >= since.seconds - Int64(seconds)
            }
            guard let facts = try? VerificationFacts(parsing: note.note.facts) else { return true }
            verifications.append(
                Verification(
                    time: note.received, point: note.note.point, isGood: note.note.outcome == .good,
                    share: note.note.arc?.share, facts: facts, runID: NoteAuthor.runID(in: note.note.maker)))
            return true
        }
        self.verifications = verifications.reversed()
        var rehearsals: [JobEvidence.Rehearsal] = []
        try shelf.newest(.rehearsed) { note in
            guard note.received >= since else { return false }
            rehearsals.append(JobEvidence.Rehearsal(note))
            return true
        }
        self.rehearsals = rehearsals.reversed()
    }
}
