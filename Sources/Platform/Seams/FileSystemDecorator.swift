/// A file system on top of another one: calls that it does not change go to `base`.
package protocol FileSystemDecorator: FileSystem {
    var base: any FileSystem { get }
}

extension FileSystemDecorator {
    package func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        try base.open(path, mode)
    }
    package func status(_ path: String) throws(SystemError) -> FileStatus? { try base.status(path) }
    package func list(_ folder: String) throws(SystemError) -> [String] { try base.list(folder) }
    @discardableResult package func makeFolder(_ path: String) throws(SystemError) -> Bool {
        try base.makeFolder(path)
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
    package func lock(_ path: String, _ kind: LockKind) throws(SystemError) -> (any HeldLock)? {
        try base.lock(path, kind)
    }
}
