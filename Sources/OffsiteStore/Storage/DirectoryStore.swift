package import Platform
package import StoreFormat

/// A store in a folder of this host; the agent serves one of these, too.
package final class DirectoryStore: ObjectStore {
    package let label: String
    package let root: String
    let files: any FileSystem
    let clock: any Clock
    private let entropy: any Entropy
    private var locks: [Name: any HeldLock] = [:]
    /// Held from the first use of a job on, so that collection stays away; nil where it could not be had.
    var sharedLocks: [Name: (any HeldLock)?] = [:]
    /// The jobs of ``sharedLocks``, in the order of their first use; an agent's only.
    var shareOrder: [Name] = []
    /// The job of the upload that was begun last.
    private(set) var uploadingJob: Name?
    /// Folders of packs whose names this session has made durable.
    var syncedFolders: Set<String> = []
    /// What may be taken away here; the agent sets that of its key.
    package var rights = DeletionPermissions.owner
    /// Whether an agent stands between this and who uses it.
    package var isServed = false
    /// Whether it is this session's own collection that puts objects here.
    var isCollecting = false
    /// Who commits here, as the agent knows it; nil for nobody in particular.
    package var maker: Maker?
    private var uploads = 0
    /// Tells this session's temporary files from those of others.
    private var session: String?
    /// Called between the steps of long work, by whoever must show that it goes on.
    package var pulse: (() throws(StoreError) -> Void)?

    package init(root: String, files: any FileSystem, clock: any Clock, entropy: any Entropy) {
        self.root = root
        self.files = files
        self.clock = clock
        self.entropy = entropy
        label = "directory \(root)"
    }

    package var traffic: Traffic { Traffic() }

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
        try share(job, toWrite: false)
        let folder = folder(job, kind.folder)
        return try wrap("list", "jobs/\(job)/\(kind.folder)") { () throws(SystemError) in
            var found: [ListedObject] = []
            let subfolders =
                kind == .pack
                ? try files.list(folder).filter { $0.count == 2 && Hex.decode($0) != nil }
                    .map { folder + "/" + $0 } : [folder]
            for subfolder in subfolders {
                for name in try files.list(subfolder) {
                    let file = subfolder + "/" + name
                    guard let key = kind.key(fileName: name, job: job), path(key) == file,
                        let status = try files.status(file)
                    else { continue }
                    found.append(ListedObject(key: key, length: status.length))
                }
            }
            return found
        }
    }

    package func length(of key: ObjectKey) throws(StoreError) -> Int? {
        try wrap("look at", key.path) { () throws(SystemError) in try files.status(path(key))?.length }
    }

    package func read(_ key: ObjectKey, at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
        try ReadLimit.check(key, offset: offset, count: count)
        if let job = key.job { try share(job, toWrite: false) }
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

    package func beginUpload(_ kind: ObjectKind, job: Name) throws(StoreError) -> any ObjectUpload {
        try share(job, toWrite: true)
        uploadingJob = job
        let temporary = try temporaryName(job)
        let file = try wrap("put", temporary) { () throws(SystemError) in try files.open(temporary, .create) }
        return DirectoryUpload(kind, job: job, file: file, temporary: temporary, store: self)
    }

    package func lockForPush(_ job: Name, holder: String) throws(StoreError) {
        try share(job, toWrite: true)
        guard !isServed || locks.count < StoreLimits.pushLocks else {
            throw StoreLimits.refused(
                "lock", "job \(job)", StoreLimits.pushLocks, "push locks of this session")
        }
        let file = folder(job, "push.lock")
        let lock = try wrap("lock", file) { () throws(SystemError) in try files.lock(file, .exclusive) }
        guard let lock else {
            let text = (try? files.contents(file, limit: 4096)).map { String(decoding: $0, as: UTF8.self) }
            throw StoreError(
                .locked, "lock", "job \(job)",
                "held by \(text.map { PrintableText.of($0) } ?? "another run")",
                hint: "wait for it, or give --lock-wait")
        }
        try wrap("lock", file) { () throws(SystemError) in try lock.describe(holder) }
        locks[job] = lock
        sweepTemporaries(job)
    }

    /// Who made a point that comes from another store.
    ///
    /// An agent takes nobody's word for it; whoever has the folder itself could write any receipt.
    func maker(_ carried: Maker?) -> Maker? { isServed ? maker : carried ?? maker }

    package func unlockPush(_ job: Name) { locks[job] = nil }

    /// Whether this session holds any job's push lock.
    package var holdsPushLocks: Bool { !locks.isEmpty }

    /// Whether this session holds the job's push lock.
    func holdsPushLock(_ job: Name) -> Bool { locks[job] != nil }

    package func check(
        _ request: CheckRequest, progress: (CheckReport) throws(StoreError) -> Void
    ) throws(StoreError) -> CheckReport {
        try share(request.job, toWrite: false)
        var check = try StoreCheck(self, request)
        return try check.run(progress)
    }

    package func space() throws(StoreError) -> SpaceStatus {
        try wrap("look at", root) { () throws(SystemError) in try files.space(root) }
    }

    package func close() {
        locks = [:]
        sharedLocks = [:]
    }

    /// A name in the job's `tmp/` that no other session uses.
    func temporaryName(_ job: Name) throws(StoreError) -> String {
        uploads += 1
        return folder(job, "tmp") + "/\(try sessionName())-\(uploads)"
    }

    /// Whether a temporary file is this session's.
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

    /// What to do where something may not be read: become the store's owner, or give that what it cannot read.
    private var ownerHint: String? {
        guard let owner = (try? files.status(path(.store)))?.owner else { return nil }
        let name = HostIdentity.userName(owner) ?? String(owner)
        if owner == HostIdentity.userID {
            return "as root at the store's host: chown -R \(ShellQuote.posix([name, root]))"
        }
        // An agent was not started by whoever reads this.
        guard pulse == nil else { return "connect as \(name), to whom the store belongs" }
        return HostIdentity.commandLine(as: owner)
    }
}
