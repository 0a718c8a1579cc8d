package import Platform
package import StoreFormat

extension LocalStoreService {
    /// Order as of a commit: check, then create.
    package func publishNote(_ note: [UInt8], id: NoteID, job: Name) throws(StoreError) -> Receipt {
        let key = ObjectKey.note(job, id)
        try share(job, toWrite: true)
        let store = try storeObject()
        let jobBytes = try whole(.job(job), limit: JobObject.maximumBytes)
        let parsed: Note
        do throws(FormatError) {
            let jobObject = try JobObject(parsing: jobBytes, store: store.id)
            parsed = try Note(parsing: note, job: jobObject.id, store: store.id)
            guard parsed.id == id else { throw .badField(field: "note id", offset: 0) }
        } catch { throw StoreError("note", key.path, error) }
        if isServed { try admit(parsed, key, job) }
        let receipt = Receipt(
            received: storage.now, object: SHA256Hasher.hash(note.span), maker: maker)
        guard try storage.create(key, note + receipt.encoded) == .created else {
            throw StoreError(.exists, "note", key.path, "it is there already")
        }
        return receipt
    }

    /// Checks what an agent takes from a key (docs/format/note.md, section 3).
    ///
    /// Only the next number of a kind is taken, so that no client uses the numbers up; a note about a point has the number of a
    /// point that is there.
    private func admit(_ note: Note, _ key: ObjectKey, _ job: Name) throws(StoreError) {
        let id = note.id
        try rights.check(id.kind, key.path)
        let ids = try storage.keys(of: .note, job: job).compactMap(\.note)
        guard ids.count < StoreLimits.notesOfAJob else {
            throw StoreLimits.refused("note", key.path, StoreLimits.notesOfAJob, "notes of job \(job)")
        }
        switch id.kind {
        case .proved:
            guard note.point.map({ $0.generation == id.number }) ?? true,
                try length(of: .point(job, id.number)) != nil
            else { throw StoreError(.refused, "note", key.path, "there is no point \(id.number)") }
        case .verified, .rehearsed, .released, .pinned, .unpinned, .suspended, .resumed, .adopted:
            let newest = ids.reduce(0) { $1.kind == id.kind ? max($0, $1.number) : $0 }
            guard id.number <= newest + 1 else {
                throw StoreError(
                    .refused, "note", key.path,
                    "its number is \(id.number), and the next one is \(newest + 1)")
            }
        }
    }
}
