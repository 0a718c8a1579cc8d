internal import Platform
internal import StoreFormat

/// Reads a job's notes about its points, once, when they are first needed.
final class JobNotes {
    private var shelf: NoteReader?
    private var knownReleases: [Point.Reference: StoredNote]?
    private var knownVerifications: [StoredNote]?
    private var knownDamage: OpenDamage?
    private var knownBounds: KnownBounds?
    private var knownOwnership: Ownership?

    /// The notes that were there when they were first asked for.
    func shelf(_ points: PointReader, _ store: any ObjectStore) throws(StoreError) -> NoteReader {
        if let shelf { return shelf }
        let found = try NoteReader(points, store)
        shelf = found
        return found
    }

    /// Whose the job is.
    func ownership(_ points: PointReader, _ store: any ObjectStore) throws(StoreError) -> Ownership {
        if let knownOwnership { return knownOwnership }
        let found = try Ownership(try shelf(points, store))
        knownOwnership = found
        return found
    }

    /// How large images may be, by the points that were there when it was first asked for.
    func bounds(_ points: PointReader, _ store: any ObjectStore) throws(StoreError) -> KnownBounds {
        if let knownBounds { return knownBounds }
        let found = try KnownBounds(points, accepted: Set(try releases(points, store).keys))
        knownBounds = found
        return found
    }

    /// The points that were held and are accepted, each with the note that says so.
    func releases(
        _ points: PointReader, _ store: any ObjectStore
    ) throws(StoreError) -> [Point.Reference: StoredNote] {
        if let knownReleases { return knownReleases }
        let found = PointMarks.releases(try shelf(points, store).all(.released))
        knownReleases = found
        return found
    }

    /// Verifications, the newest first, without their facts: older ones than make the circle whole say nothing more.
    func verifications(
        _ points: PointReader, _ store: any ObjectStore
    ) throws(StoreError) -> [StoredNote] {
        if let knownVerifications { return knownVerifications }
        var found: [StoredNote] = []
        var cover = DigestCoverage()
        let ownership = try ownership(points, store)
        try shelf(points, store).newest(.verified) { note in
            // Only an owner's note makes a point damaged or good.
            if ownership.isForeign(note) { return true }
            var note = note
            note.note.facts = []
            found.append(note)
            if let arc = note.note.arc { cover.insert(arc) }
            return !cover.isWhole
        }
        knownVerifications = found
        return found
    }

    /// Damage that was found and not repaired.
    func damage(_ points: PointReader, _ store: any ObjectStore) throws(StoreError) -> OpenDamage {
        if let knownDamage { return knownDamage }
        var ledger = OpenDamage()
        do throws(StoreError) {
            for note in try verifications(points, store) { ledger.add(note) }
        } catch {
            // Notes that a disk does not give back keep nobody from a restore.
            guard error.tellsOfDamage || error.kind == .denied else { throw error }
        }
        knownDamage = ledger
        return ledger
    }
}
