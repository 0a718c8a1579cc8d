package import Platform
package import StoreFormat

extension LocalStoreService {
    package func beginUpload(_ kind: ObjectKind, job: Name) throws(StoreError) -> any ObjectUpload {
        try share(job, toWrite: true, uploading: true)
        return LocalUpload(try storage.stage(kind, job: job), self)
    }

    /// An object got its name after its content was synced; whether the name itself was, only its maker knew.
    ///
    /// The names of indexes count: a frame that an indexed pack has as well is not looked for in a pack without an index.
    package func adopt(_ packs: [ListedObject], job: Name) throws(StoreError) -> [Bool] {
        try share(job, toWrite: true)
        var found: [Bool] = []
        var there: [NamePlace] = [.objects(.point, job), .objects(.index, job)]
        for pack in packs {
            guard case .pack(job, let name) = pack.key else {
                throw StoreError(.failed, "adopt", pack.key.path, "it is no pack of job \(job)")
            }
            let isThere = try length(of: pack.key) == pack.length
            if isThere { there.append(.pack(job, name)) }
            found.append(isThere)
            try pulse?()
        }
        try storage.settleNames(there)
        return found
    }
}

/// An object on its way into a store; an index that a client sends is looked into before it gets its name.
private final class LocalUpload: ObjectUpload {
    private let staged: any StagedObject
    private let store: LocalStoreService

    init(_ staged: any StagedObject, _ store: LocalStoreService) {
        self.staged = staged
        self.store = store
    }

    func append(_ bytes: [UInt8]) throws(StoreError) { try staged.append(bytes) }

    func finish(_ name: Digest256) throws(StoreError) {
        try staged.finish(name) { (key) throws(StoreError) in
            guard store.isServed, case .index(let job, _) = key else { return }
            try IndexAdmission(store, job, key).check(staged)
        }
    }

    func abandon() { staged.abandon() }
}
