internal import Platform
internal import StoreFormat

/// An object arriving in a folder: hashed as it is written, named when it is whole and durable.
final class DirectoryStagedObject: StagedObject {
    private let kind: ObjectKind
    private let job: Name
    private let file: any OpenFile
    private let temporary: String
    private let storage: DirectoryStorage
    private var hasher = Optional(SHA256Hasher())
    private(set) var length = 0

    init(_ kind: ObjectKind, job: Name, file: any OpenFile, temporary: String, storage: DirectoryStorage) {
        self.kind = kind
        self.job = job
        self.file = file
        self.temporary = temporary
        self.storage = storage
    }

    func append(_ bytes: [UInt8]) throws(StoreError) {
        guard length + bytes.count <= kind.maximumBytes else {
            throw StoreError(
                .refused, "put", temporary, "it has more than the \(kind.maximumBytes) bytes of a \(kind)")
        }
        try storage.wrap("put", temporary) { () throws(SystemError) in try file.write(bytes.span, at: length)
        }
        hasher?.update(bytes)
        length += bytes.count
    }

    func read(at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
        let bytes = try storage.wrap("put", temporary) { () throws(SystemError) in
            try file.bytes(at: offset, count: count)
        }
        guard bytes.count == count else {
            throw StoreError(.corrupt, "put", temporary, "ends at \(offset + bytes.count)")
        }
        return bytes
    }

    /// Order (RELIABILITY 2.2): sync the file, link without replacing, sync the folder and a new parent.
    ///
    /// What has the name and other bytes is damage, and is put aside for what it should be.
    func finish(_ name: Digest256, admit: (ObjectKey) throws(StoreError) -> Void) throws(StoreError) {
        guard let key = kind.key(name, job: job), let found = hasher.take()?.finish() else {
            throw StoreError(.failed, "put", temporary, "a \(kind) is not uploaded this way")
        }
        guard found == name else {
            abandon()
            throw StoreError(.corrupt, "put", key.path, "arrived with digest \(found)")
        }
        do throws(StoreError) { try admit(key) } catch {
            abandon()
            throw error
        }
        let path = storage.path(key)
        let folder = PathText.folder(of: path)
        try storage.wrap("put", key.path) { () throws(SystemError) in
            try file.sync()
            guard kind == .pack, !storage.syncedFolders.contains(folder) else { return }
            try storage.makeFolders([PathText.name(of: folder)], in: storage.folder(job, kind.folder))
            storage.syncedFolders.insert(folder)
        }
        var isNew = try link(key, path)
        if !isNew, try !isGood(key, path, name) {
            try putAside(key, path)
            isNew = try link(key, path)
            guard isNew else {
                throw StoreError(.exists, "put", key.path, "it was repaired by another run meanwhile")
            }
        }
        try storage.wrap("put", key.path) { () throws(SystemError) in
            try storage.files.remove(temporary)
            try storage.syncName(path, isNew: isNew)
        }
    }

    func abandon() { try? storage.files.remove(temporary) }

    private func link(_ key: ObjectKey, _ path: String) throws(StoreError) -> Bool {
        try storage.wrap("put", key.path) { () throws(SystemError) in
            try storage.files.linkNoReplace(temporary, to: path)
        }
    }

    /// An object that was there is hashed and made durable, not trusted.
    private func isGood(_ key: ObjectKey, _ path: String, _ name: Digest256) throws(StoreError) -> Bool {
        do throws(StoreError) {
            guard try storage.hash(key) == name else { return false }
        } catch {
            guard error.kind == .failed else { throw error }
            return false
        }
        try storage.wrap("put", key.path) { () throws(SystemError) in
            try storage.files.open(path, .read).sync()
        }
        return true
    }

    private func putAside(_ key: ObjectKey, _ path: String) throws(StoreError) {
        let trash = storage.folder(job, "trash")
        let aside = "\(trash)/\(PathText.name(of: path)).\(PathText.name(of: temporary))"
        try storage.wrap("put", key.path) { () throws(SystemError) in
            _ = try storage.files.renameNoReplace(path, to: aside)
            try storage.files.syncFolder(trash)
        }
    }
}
