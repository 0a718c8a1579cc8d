package import OffsiteStore
package import Platform
package import StoreFormat

/// Writes down in a job's store what was learned of its points.
package struct NoteWriter {
    private let repository: Repository
    private let clock: any Clock
    /// Host and run.
    private let maker: String

    package init(_ repository: Repository, clock: any Clock, maker: String) {
        self.repository = repository
        self.clock = clock
        self.maker = maker
    }

    /// Keeps what a verification found.
    ///
    /// - Parameter point: The one it was about; nil for the whole job.
    package func verified(
        _ level: CheckRequest.Level, _ result: PointVerification.Result, of point: Point.Reference?
    ) throws(StoreError) {
        try add(
            .verified, point, result.isGood ? .good : .bad, arc: result.arc, damage: result.damageForNote,
            facts: VerificationFacts(level, result).json)
    }

    /// Keeps that a push had its point proved right after committing it.
    ///
    /// Its number is the generation: nothing is listed, so that a push does not cost more with every one before it.
    package func proved(
        _ result: PointVerification.Result, of point: Point.Reference
    ) throws(StoreError) {
        let note = note(
            NoteID(.proved, of: point.generation), point, result.isGood ? .good : .bad,
            facts: VerificationFacts(.quick, result).json)
        do throws(StoreError) { try repository.publish(note) } catch {
            // An answer that was lost, and asked for again.
            guard error.kind == .exists else { throw error }
        }
        // Among the verifications whoever chooses a point finds it.
        guard !result.isGood else { return }
        var result = result
        result.check.damage = try repository.reach(result.check.damage)
        try verified(.quick, result, of: point)
    }

    /// Keeps anything else.
    package func add(
        _ kind: NoteID.Kind, _ point: Point.Reference?, _ outcome: Note.Outcome = .none,
        arc: DigestRange? = nil, comment: String = "", damage: [Note.Damage] = [], facts: [UInt8] = []
    ) throws(StoreError) {
        try repository.add(kind) {
            var note = note($0, point, outcome, arc: arc, comment: comment, facts: facts)
            note.damage = damage
            return note
        }
    }

    private func note(
        _ id: NoteID, _ point: Point.Reference?, _ outcome: Note.Outcome, arc: DigestRange? = nil,
        comment: String = "", facts: [UInt8]
    ) -> Note {
        var note = Note(id, point: point, made: clock.now, maker: maker, comment: comment)
        note.outcome = outcome
        note.arc = arc
        note.facts = facts
        return note
    }
}

/// The author of a note, as its text has it: `db1, run 5f3a…`.
package struct NoteAuthor: CustomStringConvertible {
    private static let link = ", run "
    private let host: String
    private let runID: Identifier

    package init(host: String, runID: Identifier) {
        self.host = host
        self.runID = runID
    }

    package var description: String { host + Self.link + "\(runID)" }

    /// The run that such a text names; nil for any other text.
    package static func runID(in text: String) -> String? {
        guard let range = text.ranges(of: link).last else { return nil }
        let id = String(text[range.upperBound...])
        return Hex.decode(id)?.count == Identifier.byteCount ? id : nil
    }
}
