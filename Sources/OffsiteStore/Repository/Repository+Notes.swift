internal import Platform
package import StoreFormat

/// A job's notes, as far as they were read.
struct KnownNotes {
    fileprivate var reader: NoteReader?
    fileprivate var releases: [Point.Reference: StoredNote]?
    fileprivate var verifications: [StoredNote]?
    fileprivate var damage: OpenDamage?
    fileprivate var bounds: KnownBounds?
    fileprivate var ownership: Ownership?

    /// A point's size may vouch for others; the maker of the first owns the job, which the store notes.
    mutating func forget(afterCommitOf generation: UInt64) {
        if generation == 1 { self = Self() } else { bounds = nil }
    }

    /// Adds a note to those that are known, and drops what was derived from them.
    fileprivate mutating func insert(_ note: ListedObject) {
        let reader = reader?.adding(note)
        self = Self()
        self.reader = reader
    }
}

/// The job's notes, each kind read once.
extension Repository {
    /// Others that add notes at the same moment, before this one gives up.
    private static let mostTries = 16

    /// The notes that were there when they were first asked for, and those that this repository has added.
    package func notes() throws(StoreError) -> NoteReader {
        if let reader = known.reader { return reader }
        let found = try NoteReader(self)
        known.reader = found
        return found
    }

    /// Whose the job is.
    func ownership() throws(StoreError) -> Ownership {
        if let ownership = known.ownership { return ownership }
        let found = try Ownership(try notes())
        known.ownership = found
        return found
    }

    /// How large images may be, by the points that were there when it was first asked for.
    func bounds() throws(StoreError) -> KnownBounds {
        if let bounds = known.bounds { return bounds }
        let found = try KnownBounds(self, accepted: Set(try releases().keys))
        known.bounds = found
        return found
    }

    /// The points that were held and are accepted, each with the note that says so.
    func releases() throws(StoreError) -> [Point.Reference: StoredNote] {
        if let releases = known.releases { return releases }
        let found = PointMarks.releases(try notes().all(.released))
        known.releases = found
        return found
    }

    /// Verifications as notes, the newest first, without their facts.
    ///
    /// Ends where all objects have been read once: older ones say nothing of today.
    package func verifications() throws(StoreError) -> [StoredNote] {
        if let verifications = known.verifications { return verifications }
        var found: [StoredNote] = []
        var cover = DigestCoverage()
        let ownership = try ownership()
        try notes().newest(.verified) { note in
            // Only an owner's note makes a point damaged or good.
            if ownership.isForeign(note) { return true }
            var note = note
            note.note.facts = []
            found.append(note)
            if let arc = note.note.arc { cover.insert(arc) }
            return !cover.isWhole
        }
        known.verifications = found
        return found
    }

    /// Damage that verifications have found, and no later one has found repaired.
    package func damage() throws(StoreError) -> OpenDamage {
        if let damage = known.damage { return damage }
        var found = OpenDamage()
        do throws(StoreError) {
            for note in try verifications() { found.add(note) }
        } catch {
            // Notes that cannot be read do not prevent a restore.
            guard error.tellsOfDamage || error.kind == .denied else { throw error }
        }
        known.damage = found
        return found
    }

    /// Makes a note final under the id that it has.
    ///
    /// - Throws: `exists` when the id is taken.
    @discardableResult
    package func publish(_ note: Note) throws(StoreError) -> StoredNote {
        let bytes = note.encoded(job: job.id, store: storeID)
        let receipt = try store.publishNote(bytes, id: note.id, job: job.name)
        known.insert(
            ListedObject(key: .note(job.name, note.id), length: bytes.count + receipt.encoded.count))
        return StoredNote(note: note, received: receipt.received, maker: receipt.maker)
    }

    /// Adds a note under the next number of its kind.
    ///
    /// - Parameter make: The note under an id; called again when another writer took that id.
    @discardableResult
    package func add(_ kind: NoteID.Kind, _ make: (NoteID) -> Note) throws(StoreError) -> StoredNote {
        var number = try notes().newestNumber(kind)
        for _ in 0..<Self.mostTries {
            number = number.saturatingAdd(1)
            do throws(StoreError) { return try publish(make(NoteID(kind, number))) } catch {
                guard error.kind == .exists else { throw error }
            }
        }
        known = KnownNotes()
        throw StoreError(
            .failed, "note", "job \(job.name)", "other writers added notes at the same time",
            hint: "try again")
    }
}
