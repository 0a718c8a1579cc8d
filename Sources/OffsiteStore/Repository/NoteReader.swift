internal import Platform
package import StoreFormat

/// The notes of a job in a store.
package struct NoteReader {
    /// Others that add notes at the same moment, before one gives up.
    private static let mostTries = 16
    private let store: any ObjectStore
    /// Not a `PointReader`: that keeps this reader, and neither would ever go, nor the store with them.
    private let job: JobObject
    private let storeID: Identifier
    /// What is there, by kind, rising.
    private let listed: [NoteID.Kind: [ListedObject]]

    package init(_ points: PointReader, _ store: any ObjectStore) throws(StoreError) {
        self.store = store
        job = points.job
        storeID = points.storeID
        var listed: [NoteID.Kind: [ListedObject]] = [:]
        for object in try store.list(.note, job: points.job.name) {
            if case .note(_, let id) = object.key { listed[id.kind, default: []].append(object) }
        }
        self.listed = listed
    }

    /// Notes of a kind, the newest first, until `body` has heard enough.
    ///
    /// A damaged one is passed over: what it said is not known any more.
    /// - Parameter body: Gives false for no more.
    package func newest(_ kind: NoteID.Kind, _ body: (StoredNote) -> Bool) throws(StoreError) {
        var rest = (listed[kind] ?? [])[...]
        var isWanted = true
        while isWanted, !rest.isEmpty {
            let some = rest.suffix(Self.mostTries)
            rest = rest.dropLast(some.count)
            try store.wholes(Array(some.reversed()), limit: Note.maximumBytes + Receipt.maximumBytes) {
                (key, bytes) throws(StoreError) in
                guard isWanted, let note = try parse(key, bytes) else { return }
                isWanted = body(note)
            }
        }
    }

    /// One note; nil where it is not there, or damaged.
    package func note(_ id: NoteID) throws(StoreError) -> StoredNote? {
        let object = listed[id.kind]?.first { $0.key == .note(job.name, id) }
        var found: StoredNote?
        try store.wholes([object].compactMap { $0 }, limit: Note.maximumBytes + Receipt.maximumBytes) {
            (key, bytes) throws(StoreError) in found = try parse(key, bytes)
        }
        return found
    }

    /// What the push that made a point has noted when it had this proved; nil where it was not, or not found good.
    package func goodProof(of point: Point.Reference) throws(StoreError) -> StoredNote? {
        let proof = try note(NoteID(.proved, of: point.generation))
        return proof?.note.outcome == .good && proof?.note.point == point ? proof : nil
    }

    /// All notes of a kind, the newest first.
    package func all(_ kind: NoteID.Kind) throws(StoreError) -> [StoredNote] {
        var found: [StoredNote] = []
        try newest(kind) {
            found.append($0)
            return true
        }
        return found
    }

    private func parse(
        _ key: ObjectKey, _ bytes: Result<[UInt8], StoreError>
    ) throws(StoreError) -> StoredNote? {
        guard case .note(_, let id) = key else { return nil }
        do throws(StoreError) {
            let bytes = try bytes.get()
            do throws(FormatError) {
                let (object, receipt) = try Receipt.split(bytes)
                let note = try Note(parsing: object, job: job.id, store: storeID)
                return note.id == id
                    ? StoredNote(note: note, received: receipt.received, maker: receipt.maker) : nil
            } catch { throw StoreError("read", key.path, error) }
        } catch {
            guard error.tellsOfDamage else { throw error }
            return nil
        }
    }

    /// Adds a note under the next number of its kind.
    ///
    /// - Parameter make: The note under an id; called again when somebody else was faster.
    @discardableResult
    package func add(_ kind: NoteID.Kind, _ make: (NoteID) -> Note) throws(StoreError) -> StoredNote {
        var number: UInt64 = 0
        if case .note(_, let id)? = listed[kind]?.last?.key { number = id.number }
        for _ in 0..<Self.mostTries {
            number += 1
            let note = make(NoteID(kind, number))
            do throws(StoreError) { return try store.publish(note, job, storeID) } catch {
                guard error.kind == .exists else { throw error }
            }
        }
        throw StoreError(
            .failed, "note", "job \(job.name)", "others have added notes all the while",
            hint: "try again")
    }
}

extension ObjectStore {
    /// Makes a note final under the id that it has.
    ///
    /// - Throws: `exists` when the id is taken.
    @discardableResult
    package func publish(_ note: Note, _ points: PointReader) throws(StoreError) -> StoredNote {
        try publish(note, points.job, points.storeID)
    }

    @discardableResult
    fileprivate func publish(
        _ note: Note, _ job: JobObject, _ storeID: Identifier
    ) throws(StoreError) -> StoredNote {
        let bytes = note.encoded(job: job.id, store: storeID)
        let receipt = try publishNote(bytes, id: note.id, job: job.name)
        return StoredNote(note: note, received: receipt.received, maker: receipt.maker)
    }
}
