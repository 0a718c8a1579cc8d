package import Platform
package import StoreFormat

extension LocalStoreService {
    /// Order (RELIABILITY 2.2): check, make durable what it follows, then create it.
    package func commit(
        _ point: [UInt8], generation: UInt64, job: Name, madeBy carried: Maker?
    ) throws(StoreError) -> Receipt {
        let key = ObjectKey.point(job, generation)
        try share(job, toWrite: true)
        // A session that commits without the lock makes every honest push fail.
        guard !isServed || holdsPushLock(job) else {
            throw StoreError(
                .refused, "commit", key.path, "this session does not hold the push lock of job \(job)")
        }
        try checkCommit(point, key, generation, job)
        let receipt = Receipt(
            received: storage.now, object: SHA256Hasher.hash(point.span), maker: maker(carried))
        if generation == 1 { try noteOwner(job, maker(carried)) }
        // Whoever made the job, or the point before it, may not have lived to make the name durable: a cut must not leave this
        // point without its parent.
        try storage.settleNames([.job(job)])
        if generation > 1 { try storage.settleNames([.objects(.point, job)]) }
        guard try storage.create(key, point + receipt.encoded) == .created else { throw Self.taken(key) }
        return receipt
    }

    /// Notes that the maker of the first point owns the job, before that point, so that no point is ever without owner.
    private func noteOwner(_ job: Name, _ maker: Maker?) throws(StoreError) {
        guard let maker, try length(of: .note(job, NoteID(.adopted, 1))) == nil else { return }
        let repository = try Repository(self, job: job)
        let note = Note(
            NoteID(.adopted, 1), made: storage.now, maker: maker.description, comment: maker.description)
        do throws(StoreError) { try repository.publish(note) } catch {
            guard error.kind == .exists else { throw error }
        }
    }

    private func checkCommit(
        _ bytes: [UInt8], _ key: ObjectKey, _ generation: UInt64, _ job: Name
    ) throws(StoreError) {
        let store = try storeObject()
        let jobBytes = try whole(.job(job), limit: JobObject.maximumBytes)
        let point: Point
        do throws(FormatError) {
            let jobObject = try JobObject(parsing: jobBytes, store: store.id)
            point = try Point(parsing: bytes, job: jobObject.id, store: store.id)
        } catch { throw StoreError("commit", key.path, error) }
        guard point.generation == generation else {
            throw StoreError(.corrupt, "commit", key.path, "the point says generation \(point.generation)")
        }
        let repository = try Repository(self, job: job)
        let generations = try repository.generations()
        let newest = generations.last ?? 0
        guard generation > newest, generation - 1 == newest else { throw Self.taken(key) }
        // A damaged point stays what it was, and no point would follow if it had to be the parent.
        let newestUndamaged = try repository.newestUndamaged(of: generations)
        let parent = newestUndamaged?.point.generation ?? 0
        guard (point.parent?.generation ?? 0) == parent else {
            throw StoreError(.corrupt, "commit", key.path, "its parent is not generation \(parent)")
        }
        if let parent = point.parent { try checkReference(parent, "parent", key, repository) }
        if let full = point.full { try checkReference(full, "full", key, repository) }
        try MapAdmission(self, repository, key).check(point, after: newestUndamaged)
    }

    private func checkReference(
        _ reference: Point.Reference, _ word: String, _ key: ObjectKey, _ repository: Repository
    ) throws(StoreError) {
        let generation = reference.generation
        let found: StoredPoint
        do throws(StoreError) { found = try repository.point(generation) } catch {
            guard error.kind == .notFound else { throw error }
            throw StoreError(
                .corrupt, "commit", key.path, "its \(word), generation \(generation), is not there")
        }
        guard found.digest == reference.digest else {
            throw StoreError(
                .corrupt, "commit", key.path, "its \(word)'s digest is not that of generation \(generation)")
        }
        guard word == "parent" || found.point.kind == .full else {
            throw StoreError(.corrupt, "commit", key.path, "generation \(generation) is no full")
        }
    }

    private static func taken(_ key: ObjectKey) -> StoreError {
        StoreError(
            .exists, "commit", key.path, "another run has committed a point meanwhile",
            hint: "run it again: it will build on that point")
    }
}

extension ObjectKey {
    /// The generation, when this is a point.
    package var generation: UInt64? {
        if case .point(_, let generation) = self { generation } else { nil }
    }
}
