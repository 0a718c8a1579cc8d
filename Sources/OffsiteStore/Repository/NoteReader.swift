internal import Platform
package import StoreFormat

/// The notes of a job in a store.
package struct NoteReader {
    /// Notes that are read at once.
    private static let mostAtOnce = 16
    private let store: any ObjectStore
    /// Not a ``Repository``, which keeps this reader: neither would ever be freed.
    private let job: JobObject
    private let storeID: Identifier
    /// The notes by kind, rising.
    private var listed: [NoteID.Kind: [ListedObject]]

    package init(_ repository: Repository) throws(StoreError) {
        store = repository.store
        job = repository.job
        storeID = repository.storeID
        var listed: [NoteID.Kind: [ListedObject]] = [:]
        for object in try store.list(.note, job: repository.job.name) {
            if case .note(_, let id) = object.key { listed[id.kind, default: []].append(object) }
        }
        self.listed = listed
    }

    /// The same notes and one more.
    func adding(_ note: ListedObject) -> Self {
        guard case .note(_, let id) = note.key else { return self }
        var other = self
        let place = other.listed[id.kind, default: []].partitioningIndex {
            ($0.key.note?.number ?? 0) >= id.number
        }
        other.listed[id.kind, default: []].insert(note, at: place)
        return other
    }

    /// Notes of a kind, the newest first, until `body` has heard enough.
    ///
    /// A damaged one is passed over: what it said is not known any more.
    /// - Parameter body: Gives false for no more.
    package func newest(_ kind: NoteID.Kind, _ body: (StoredNote) -> Bool) throws(StoreError) {
        var rest = (listed[kind] ?? [])[...]
        var isWanted = true
        while isWanted, !rest.isEmpty {
            let some = rest.suffix(Self.mostAtOnce)
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

    /// The note of the push that verified this point after committing it; nil if there is none, or it was not good.
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

    /// Of the newest note of a kind; 0 where there is none.
    func newestNumber(_ kind: NoteID.Kind) -> UInt64 { listed[kind]?.last?.key.note?.number ?? 0 }
}
