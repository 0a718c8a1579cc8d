package import Platform

/// The files of a store as root uses them: what it makes there belongs to whom the store belongs.
///
/// Else the store's user, as whom agents and runs come, could not read it.
package struct OwnedFiles: FileSystem {
    private let base: any FileSystem
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
        // Of a store that is still to be made: whoever has the folder above decides.
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

    package func status(_ path: String) throws(SystemError) -> FileStatus? { try base.status(path) }
    package func list(_ folder: String) throws(SystemError) -> [String] { try base.list(folder) }
    package func give(_ folder: String, to owner: FileOwner) throws(SystemError) {
        try base.give(folder, to: owner)
    }
    package func linkNoReplace(_ existing: String, to new: String) throws(SystemError) -> Bool {
        try base.linkNoReplace(existing, to: new)
    }
    package func rename(_ old: String, to new: String) throws(SystemError) { try base.rename(old, to: new) }
    package func renameNoReplace(_ old: String, to new: String) throws(SystemError) -> Bool {
        try base.renameNoReplace(old, to: new)
    }
    package func exchangeNames(_ one: String, _ other: String) throws(SystemError) {
        try base.exchangeNames(one, other)
    }
    package func remove(_ path: String) throws(SystemError) { try base.remove(path) }
    package func removeFolder(_ path: String) throws(SystemError) { try base.removeFolder(path) }
    package func syncFolder(_ path: String) throws(SystemError) { try base.syncFolder(path) }
    package func space(_ path: String) throws(SystemError) -> SpaceStatus { try base.space(path) }
}
