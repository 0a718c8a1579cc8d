internal import Platform
internal import StoreFormat

/// An object arriving in a folder: hashed as it is written, named when it is whole and durable.
final class DirectoryUpload: ObjectUpload {
    private let kind: ObjectKind
    private let job: Name
    private let file: any OpenFile
    private let temporary: String
    private let store: DirectoryStore
    private var hasher = Optional(SHA256Hasher())
    private var offset = 0

    init(_ kind: ObjectKind, job: Name, file: any OpenFile, temporary: String, store: DirectoryStore) {
        self.kind = kind
        self.job = job
        self.file = file
        self.temporary = temporary
        self.store = store
    }

    func append(_ bytes: [UInt8]) throws(StoreError) {
        guard offset + bytes.count <= kind.maximumBytes else {
            throw StoreError(
                .refused, "put", temporary, "it has more than the \(kind.maximumBytes) bytes of a \(kind)")
        }
        try store.wrap("put", temporary) { () throws(SystemError) in try file.write(bytes.span, at: offset) }
        hasher?.update(bytes)
        offset += bytes.count
    }

    /// Order (RELIABILITY 2.2): sync the file, link without replacing, sync the folder and a new parent.
    ///
    /// What has the name and other bytes is damage, and is put aside for what it should be.
    func finish(_ name: Digest256) throws(StoreError) {
        guard let key = kind.key(name, job: job), let found = hasher.take()?.finish() else {
            throw StoreError(.failed, "put", temporary, "a \(kind) is not uploaded this way")
        }
        guard found == name else {
            abandon()
            throw StoreError(.corrupt, "put", key.path, "arrived with digest \(found)")
        }
        if kind == .index, store.isServed {
            do throws(StoreError) { try IndexAdmission(store, job, key).check(file, length: offset) } catch {
                abandon()
                throw error
            }
        }
        let path = store.path(key)
        let folder = PathText.folder(of: path)
        try store.wrap("put", key.path) { () throws(SystemError) in
            try file.sync()
            guard kind == .pack, !store.syncedFolders.contains(folder) else { return }
            try store.makeFolders([PathText.name(of: folder)], in: store.folder(job, kind.folder))
            store.syncedFolders.insert(folder)
        }
        var isNew = try link(key, path)
        if !isNew, try !isGood(key, path, name) {
            try putAside(key, path)
            isNew = try link(key, path)
            guard isNew else {
                throw StoreError(.exists, "put", key.path, "it was mended by another run meanwhile")
            }
        }
        try store.wrap("put", key.path) { () throws(SystemError) in
            try store.files.remove(temporary)
            try store.syncName(path, isNew: isNew)
        }
    }

    func abandon() { try? store.files.remove(temporary) }

    private func link(_ key: ObjectKey, _ path: String) throws(StoreError) -> Bool {
        try store.wrap("put", key.path) { () throws(SystemError) in
            try store.files.linkNoReplace(temporary, to: path)
        }
    }

    /// An object that was there is hashed and made durable, not trusted.
    private func isGood(_ key: ObjectKey, _ path: String, _ name: Digest256) throws(StoreError) -> Bool {
        do throws(StoreError) {
            guard try store.hash(key) == name else { return false }
        } catch {
            guard error.kind == .failed else { throw error }
            return false
        }
        try store.wrap("put", key.path) { () throws(SystemError) in try store.files.open(path, .read).sync() }
        return true
    }

    private func putAside(_ key: ObjectKey, _ path: String) throws(StoreError) {
        let trash = store.folder(job, "trash")
        let aside = "\(trash)/\(PathText.name(of: path)).\(PathText.name(of: temporary))"
        try store.wrap("put", key.path) { () throws(SystemError) in
            _ = try store.files.renameNoReplace(path, to: aside)
            try store.files.syncFolder(trash)
        }
    }
}
