package import Platform

extension DirectoryStore {
    /// Order as of a commit: check, write and sync, link without replacing, sync the folder.
    package func publishNote(_ note: [UInt8], id: NoteID, job: Name) throws(StoreError) -> Receipt {
        let key = ObjectKey.note(job, id)
        try share(job, toWrite: true)
        let store = try storeObject()
        let jobBytes = try whole(.job(job), limit: JobObject.maximumBytes)
        do throws(FormatError) {
            let jobObject = try JobObject(parsing: jobBytes, store: store.id)
            guard try Note(parsing: note, job: jobObject.id, store: store.id).id == id else {
                throw .badField(field: "note id", offset: 0)
            }
        } catch { throw StoreError("note", key.path, error) }
        let receipt = Receipt(
            received: clock.now, object: SHA256Hasher.hash(note.span), maker: maker)
        guard try publishNote(note + receipt.encoded, key, job) else {
            throw StoreError(.exists, "note", key.path, "it is there already")
        }
        return receipt
    }

    /// Whoever begins a push sweeps `tmp/`, and a note is not made under its lock: what is swept is written again.
    private func publishNote(_ bytes: [UInt8], _ key: ObjectKey, _ job: Name) throws(StoreError) -> Bool {
        var tries = 0
        while true {
            let temporary = try temporaryName(job)
            do throws(SystemError) {
                let linked = try publish(bytes, temporary: temporary, final: path(key))
                try syncName(path(key), isNew: linked)
                return linked
            } catch {
                tries += 1
                guard error.isNotFound, tries < Self.mostSweeps else {
                    throw StoreError("note", key.path, error)
                }
            }
        }
    }

    private static let mostSweeps = 8
}
