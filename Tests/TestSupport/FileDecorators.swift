package import Platform

/// A file system on top of another one: whatever a test does not change goes on to `base`.
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

/// An open file on top of another one.
package protocol OpenFileDecorator: OpenFile {
    var base: any OpenFile { get }
}

extension OpenFileDecorator {
    package var path: String { base.path }
    package func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        try base.read(into: &target, at: offset)
    }
    package func readUncached(
        into target: inout MutableSpan<UInt8>, at offset: Int
    ) throws(SystemError) -> Int {
        try base.readUncached(into: &target, at: offset)
    }
    package func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
        try base.write(bytes, at: offset)
    }
    package func truncate(to length: Int) throws(SystemError) { try base.truncate(to: length) }
    package func sync() throws(SystemError) { try base.sync() }
    package func status() throws(SystemError) -> FileStatus { try base.status() }
    package func clone(_ other: any OpenFile) throws(SystemError) -> Bool { try base.clone(other) }
    package func data(from offset: Int) throws(SystemError) -> Range<Int>? { try base.data(from: offset) }
    /// What reads past the decorator would see nothing of it.
    package var shared: (any SharedFile)? { nil }
}
