/// The files of this host; a test's file system fails, fills up and crashes where it is told to.
///
/// Paths are absolute or relative to the working directory. Every call finishes its own short reads, short
/// writes and interruptions. No call follows a rule of its own about names: callers validate them (``Name``).
package protocol FileSystem: Sendable {
    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile

    /// Nil when there is nothing under that name.
    func status(_ path: String) throws(SystemError) -> FileStatus?

    /// Names in a folder, without `.` and `..`, sorted.
    func list(_ folder: String) throws(SystemError) -> [String]

    /// Makes one folder with mode 0700; false when it is there already. Its parent must exist.
    @discardableResult func makeFolder(_ path: String) throws(SystemError) -> Bool

    /// Gives a file a second name; false when that name is taken. Never replaces.
    func linkNoReplace(_ existing: String, to new: String) throws(SystemError) -> Bool

    /// Renames, replacing what is there.
    func rename(_ old: String, to new: String) throws(SystemError)

    /// Renames; false when the new name is taken. Never replaces.
    func renameNoReplace(_ old: String, to new: String) throws(SystemError) -> Bool

    /// Gives each of two files or folders the other's name, in one step.
    func exchangeNames(_ one: String, _ other: String) throws(SystemError)

    /// Gives a folder to another owner.
    func give(_ folder: String, to owner: FileOwner) throws(SystemError)

    func remove(_ path: String) throws(SystemError)
    func removeFolder(_ path: String) throws(SystemError)

    /// Makes the names in a folder durable.
    func syncFolder(_ path: String) throws(SystemError)

    func space(_ path: String) throws(SystemError) -> SpaceStatus

    /// Takes a `flock` on the file, making it if absent; nil when another process holds it.
    func lock(_ path: String, _ kind: LockKind) throws(SystemError) -> (any HeldLock)?
}

package enum OpenMode: Sendable {
    case read
    /// Makes a new file with mode 0600; fails when it exists.
    case create
    /// The same for other users to read: 0644, less what the umask takes.
    case createReadable
    /// Reads and writes an existing file.
    case update
}

extension OpenMode {
    /// True if it creates a new file.
    package var makesNew: Bool { self == .create || self == .createReadable }
}

package enum LockKind: Sendable { case shared, exclusive }

/// A lock that is held until its last reference goes, or the process does.
package protocol HeldLock: AnyObject, Sendable {
    /// Replaces the lock file's text, which is for people only.
    func describe(_ text: String) throws(SystemError)
}

/// An open file.
///
/// Closed when the last reference goes. Owned by one thread at a time.
package protocol OpenFile: AnyObject {
    var path: String { get }

    /// Fills the start of `target` from `offset`; returns less than `target.count` only at end of file.
    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int

    /// The same from the disk itself where the file system allows it, not from what is cached of the file.
    ///
    /// For reading again what was wrong: a bad copy in memory would stay bad. Slow.
    func readUncached(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError)
    func truncate(to length: Int) throws(SystemError)

    /// Makes content and length durable. After a failure the file must be abandoned, never synced again.
    func sync() throws(SystemError)

    func status() throws(SystemError) -> FileStatus

    /// Gives the file to another owner.
    func give(to owner: FileOwner) throws(SystemError)

    /// Sets the permission bits.
    func permit(_ mode: UInt32) throws(SystemError)

    /// Shares all blocks of `other`; false where the file system cannot.
    func clone(_ other: any OpenFile) throws(SystemError) -> Bool

    /// The next bytes from `offset` on that are no hole; nil when there is nothing but a hole to the end.
    ///
    /// All bytes of a hole are zero. Where holes cannot be told, everything is data.
    func data(from offset: Int) throws(SystemError) -> Range<Int>?

    /// The same file for reading by several threads at once; nil where it is one thread's only.
    var shared: (any SharedFile)? { get }
}

extension FileSystem {
    /// For file systems without owners.
    package func give(_ folder: String, to owner: FileOwner) throws(SystemError) {}
}

extension OpenFile {
    /// For files without owners and modes.
    package func give(to owner: FileOwner) throws(SystemError) {}
    package func permit(_ mode: UInt32) throws(SystemError) {}
}

/// Whose a file is.
package struct FileOwner: Equatable, Sendable {
    package let user: UInt32
    package let group: UInt32

    package init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }
}

/// A file that several threads may read at once.
package protocol SharedFile: Sendable {
    /// As ``OpenFile/read(into:at:)``.
    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int
}

package struct FileStatus: Equatable, Sendable {
    package enum Kind: Sendable {
        case regular, folder
        /// Seen only where links are not followed.
        case link
        case other
    }
    package let kind: Kind
    /// Length in bytes.
    package let length: Int
    /// Time of last change of content.
    package let modified: Timestamp
    package let device: UInt64
    package let inode: UInt64
    /// Permission bits, `0o7777`.
    package let mode: UInt32
    package let owner: UInt32
    /// Of the owner; not part of what makes two states equal.
    package let group: UInt32
    /// Names that the file has; not part of what makes two states equal.
    package let links: Int

    package init(
        kind: Kind, length: Int, modified: Timestamp, device: UInt64, inode: UInt64, mode: UInt32,
        owner: UInt32, group: UInt32 = 0, links: Int = 1
    ) {
        self.kind = kind
        self.length = length
        self.modified = modified
        self.device = device
        self.inode = inode
        self.mode = mode
        self.owner = owner
        self.group = group
        self.links = links
    }
}

extension FileStatus {
    /// Another name for a file changes nothing in it.
    package static func == (one: Self, other: Self) -> Bool {
        one.kind == other.kind && one.length == other.length && one.modified == other.modified
            && one.device == other.device && one.inode == other.inode && one.mode == other.mode
            && one.owner == other.owner
    }
}

/// How much room a file system has.
package struct SpaceStatus: Equatable, Sendable {
    private static let mostReservedBytes = 64 << 20
    /// Share of the file system below which small ones are taken for full.
    private static let reservedPercent = 1

    /// Bytes an unprivileged process may still write.
    package let availableBytes: Int
    package let totalBytes: Int
    /// True if this is a quota, not the size of the disk.
    package let isQuota: Bool

    package init(availableBytes: Int, totalBytes: Int, isQuota: Bool = false) {
        self.availableBytes = availableBytes
        self.totalBytes = totalBytes
        self.isQuota = isQuota
    }

    /// The bytes that a writer leaves free for readers and for collection.
    package var reservedBytes: Int {
        min(Self.mostReservedBytes, totalBytes / 100 * Self.reservedPercent)
    }

    /// Returns true if the bytes fit.
    ///
    /// A file system that does not report its size is tried.
    package func holds(_ byteCount: Int) -> Bool { totalBytes == 0 || byteCount <= availableBytes }
}
