package import Platform
internal import StoreFormat

/// A store's files as root uses them: new files and folders get the owner of the store.
///
/// Otherwise agents and runs, which come as the store's user, could not read them.
package struct OwnedFiles: FileSystemDecorator {
    package let base: any FileSystem
    /// The store's folder, and what of it tells the owner.
    private let root: String

    package init(_ base: any FileSystem, store root: String) {
        self.base = base
        self.root = root
    }

    /// The owner of `STORE`, before there is one of the store's folder; nil when that is root, or nothing is there yet.
    private func owner() throws(SystemError) -> FileOwner? {
        var found = try base.status(root + "/" + ObjectKey.store.path)
        if found == nil { found = try base.status(root) }
        guard let found, found.owner != HostIdentity.rootID else { return nil }
        return FileOwner(user: found.owner, group: found.group)
    }

    package func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        guard mode.makesNew else { return try base.open(path, mode) }
        let owner = try owner()
        let file = try base.open(path, mode)
        if let owner { try file.give(to: owner) }
        return file
    }

    @discardableResult package func makeFolder(_ path: String) throws(SystemError) -> Bool {
        // A store that does not exist yet takes the owner of the folder above.
        let owner = try owner()
        let isNew = try base.makeFolder(path)
        if isNew, let owner { try base.give(path, to: owner) }
        return isNew
    }

    package func lock(_ path: String, _ kind: LockKind) throws(SystemError) -> (any HeldLock)? {
        if try base.status(path) == nil {
            do throws(SystemError) { _ = try open(path, .create) } catch {
                // Somebody else has just made it.
                guard error.code == SystemError.existsCode else { throw error }
            }
        }
        return try base.lock(path, kind)
    }

    package func give(_ folder: String, to owner: FileOwner) throws(SystemError) {
        try base.give(folder, to: owner)
    }
}
