package import Platform
package import StoreFormat

/// A folder of this host as the place of a store's objects (docs/format/store.md, section 1).
package final class DirectoryStorage: LockingStorage {
    package let label: String
    package let root: String
    let files: any FileSystem
    private let clock: any Clock
    private let entropy: any Entropy
    /// Folders of packs whose names this session has made durable.
    var syncedFolders: Set<String> = []
    private var temporaries = 0
    /// Tells this session's temporary files from those of others.
    private var session: String?
    package var pulse: (() throws(StoreError) -> Void)?

    package init(root: String, files: any FileSystem, clock: any Clock, entropy: any Entropy) {
        self.root = root
        self.files = files
        self.clock = clock
        self.entropy = entropy
        label = "directory \(root)"
    }

    package var now: Timestamp { clock.now }

    func path(_ key: ObjectKey) -> String { root + "/" + key.path }
    func folder(_ job: Name, _ name: String) -> String { "\(root)/jobs/\(job)/\(name)" }

    package func jobs() throws(StoreError) -> [Name] {
        let names = try wrap("list", "jobs") { () throws(SystemError) -> [String] in
            guard try files.status(root + "/jobs") != nil else { return [] }
            return try files.list(root + "/jobs")
        }
        return names.compactMap { Name($0) }
    }

    package func list(_ kind: ObjectKind, job: Name) throws(StoreError) -> [ListedObject] {
        let keys = try keys(of: kind, job: job)
        return try wrap("list", "jobs/\(job)/\(kind.folder)") { () throws(SystemError) in
            var found: [ListedObject] = []
            for key in keys {
                guard let status = try files.status(path(key)) else { continue }
                found.append(ListedObject(key: key, length: status.length))
            }
            return found
        }
    }

    package func keys(of kind: ObjectKind, job: Name) throws(StoreError) -> [ObjectKey] {
        let folder = folder(job, kind.folder)
        return try wrap("list", "jobs/\(job)/\(kind.folder)") { () throws(SystemError) in
            let subfolders =
                kind == .pack
                ? try files.list(folder).filter { $0.count == 2 && Hex.decode($0) != nil }
                    .map { folder + "/" + $0 } : [folder]
            var found: [ObjectKey] = []
            for subfolder in subfolders {
                for name in try files.list(subfolder) {
                    guard let key = kind.key(fileName: name, job: job), path(key) == subfolder + "/" + name
                    else { continue }
                    found.append(key)
                }
            }
            return found
        }
    }

    package func length(of key: ObjectKey) throws(StoreError) -> Int? {
        try wrap("look at", key.path) { () throws(SystemError) in try files.status(path(key))?.length }
    }

    package func read(_ key: ObjectKey, at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let found = try wrap("get", key.path) { () throws(SystemError) in
            var target = bytes.mutableSpan
            return try files.open(path(key), .read).read(into: &target, at: offset)
        }
        guard found == count else {
            throw StoreError(.corrupt, "get", key.path, "ends at byte \(offset + found)")
        }
        return bytes
    }

    package func hash(_ key: ObjectKey) throws(StoreError) -> Digest256 {
        let file = try wrap("hash", key.path) { () throws(SystemError) in try files.open(path(key), .read) }
        var hasher = SHA256Hasher()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var offset = 0
        while true {
            let count = try wrap("hash", key.path) { () throws(SystemError) in
                var target = buffer.mutableSpan
                return try file.read(into: &target, at: offset)
            }
            if count == 0 { return hasher.finish() }
            hasher.update(buffer.span.extracting(0..<count))
            offset += count
            try pulse?()
        }
    }

    package func open(_ key: ObjectKey) throws(StoreError) -> any OpenFile {
        try wrap("read", key.path) { () throws(SystemError) in try files.open(path(key), .read) }
    }

    package func modified(_ key: ObjectKey) throws(StoreError) -> Timestamp? {
        try wrap("look at", key.path) { () throws(SystemError) in try files.status(path(key))?.modified }
    }

    package func stage(_ kind: ObjectKind, job: Name) throws(StoreError) -> any StagedObject {
        let temporary = try temporaryName(job)
        let file = try wrap("put", temporary) { () throws(SystemError) in try files.open(temporary, .create) }
        return DirectoryStagedObject(kind, job: job, file: file, temporary: temporary, storage: self)
    }

    package func delete(_ key: ObjectKey) throws(StoreError) {
        let path = path(key)
        try wrap("remove", key.path) { () throws(SystemError) in
            try files.remove(path)
            try files.syncFolder(PathText.folder(of: path))
        }
    }

    package func space() throws(StoreError) -> SpaceStatus {
        try wrap("look at", root) { () throws(SystemError) in try files.space(root) }
    }

    package func trash(_ job: Name, isEmptiedAtOnce: Bool) -> any JobTrash {
        DirectoryTrash(self, job, isEmptiedAtOnce: isEmptiedAtOnce)
    }

    package func close() {}

    /// A name in the job's `tmp/` that no other session uses.
    func temporaryName(_ job: Name) throws(StoreError) -> String {
        temporaries += 1
        return folder(job, "tmp") + "/\(try sessionName())-\(temporaries)"
    }

    /// True if a temporary file is this session's.
    func isOwn(_ temporary: String) -> Bool { session.map { temporary.hasPrefix("\($0)-") } ?? false }

    /// Random, drawn with the first temporary file.
    func sessionName() throws(StoreError) -> String {
        if let session { return session }
        let drawn = try wrap("start", root) { () throws(SystemError) in Hex.encode(try entropy.bytes(8)) }
        session = drawn
        return drawn
    }

    func wrap<R>(
        _ operation: String, _ subject: String, _ body: () throws(SystemError) -> R
    ) throws(StoreError) -> R {
        do throws(SystemError) { return try body() } catch { throw failure(operation, subject, error) }
    }

    /// A failed call; what may not be read or written says whose it is.
    func failure(_ operation: String, _ subject: String, _ error: SystemError) -> StoreError {
        let plain = StoreError(operation, subject, error)
        guard error.isForbidden, let hint = ownerHint else { return plain }
        return StoreError(.denied, operation, subject, plain.detail, hint: hint)
    }

    /// The remedy when a file may not be read: become the store's owner, or give the file to that owner.
    private var ownerHint: String? {
        guard let owner = (try? files.status(path(.store)))?.owner else { return nil }
        let name = HostIdentity.userName(owner) ?? String(owner)
        if owner == HostIdentity.userID {
            return "as root at the store's host: chown -R \(ShellQuote.posix([name, root]))"
        }
        // The reader of this message did not start the agent.
        guard pulse == nil else { return "connect as \(name), to whom the store belongs" }
        return HostIdentity.commandLine(as: owner)
    }
}
