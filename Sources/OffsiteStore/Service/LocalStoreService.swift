package import Platform
package import StoreFormat

/// A store that is used where it is: without an agent, or by the agent that serves it.
///
/// All that makes it a store is here, over any ``LockingStorage``: which objects belong together, who may take what away, and
/// when a point counts. Sessions exclude each other by the storage's locks; what goes is moved to its trash first.
package final class LocalStoreService: ObjectStore {
    package let storage: any LockingStorage
    let clock: any Clock
    private var pushLocks: [Name: any HeldLock] = [:]
    /// Held from the first use of a job on, so that collection stays away; nil where it could not be had.
    private var sharedLocks: [Name: (any HeldLock)?] = [:]
    /// The jobs of `sharedLocks`, in the order of their first use; an agent's only.
    private var shareOrder: [Name] = []
    /// The job of the upload that was begun last.
    private var uploadingJob: Name?
    /// Permissions to delete; the agent sets those of its key.
    package var rights = DeletionPermissions.owner
    /// True if an agent serves this store.
    package var isServed = false
    /// True while this session's own collection adds objects.
    var isCollecting = false
    /// The maker of what is committed, as the agent knows it; nil if unknown.
    package var maker: Maker?
    /// Called between the steps of long work, to show that it is still running.
    package var pulse: (() throws(StoreError) -> Void)? {
        get { storage.pulse }
        set { storage.pulse = newValue }
    }

    package init(_ storage: any LockingStorage, clock: any Clock) {
        self.storage = storage
        self.clock = clock
    }

    /// A store in a folder of this host.
    package convenience init(
        directory root: String, files: any FileSystem, clock: any Clock, entropy: any Entropy
    ) {
        self.init(
            DirectoryStorage(root: root, files: files, clock: clock, entropy: entropy), clock: clock)
    }

    package var label: String { storage.label }
    package var traffic: Traffic { Traffic() }

    package func initialise(_ object: StoreObject) throws(StoreError) -> Bool {
        try storage.prepare(for: nil)
        guard try storage.length(of: .store) == nil else { return false }
        return try storage.create(.store, object.encoded) == .created
    }

    package func publishJob(_ job: Name, _ object: [UInt8]) throws(StoreError) -> Bool {
        let store = try storeObject()
        do throws(FormatError) {
            guard try JobObject(parsing: object, store: store.id).name == job else {
                throw .badField(field: "job name", offset: 0)
            }
        } catch { throw StoreError("make", ObjectKey.job(job).path, error) }
        if isServed, try jobs().count >= StoreLimits.jobs, try length(of: .job(job)) == nil {
            throw StoreLimits.refused("make", ObjectKey.job(job).path, StoreLimits.jobs, "jobs")
        }
        try storage.prepare(for: job)
        guard try storage.length(of: .job(job)) == nil else { return false }
        return try storage.create(.job(job), object) == .created
    }

    package func jobs() throws(StoreError) -> [Name] { try storage.jobs() }

    package func list(_ kind: ObjectKind, job: Name) throws(StoreError) -> [ListedObject] {
        try share(job, toWrite: false)
        return try storage.list(kind, job: job)
    }

    package func length(of key: ObjectKey) throws(StoreError) -> Int? { try storage.length(of: key) }

    package func read(_ key: ObjectKey, at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
        try ReadLimit.check(key, offset: offset, count: count)
        if let job = key.job { try share(job, toWrite: false) }
        return try storage.read(key, at: offset, count: count)
    }

    package func check(
        _ request: CheckRequest, progress: (CheckReport) throws(StoreError) -> Void
    ) throws(StoreError) -> CheckReport {
        try share(request.job, toWrite: false)
        var check = try StoreCheck(self, request)
        return try check.run(progress)
    }

    package func space() throws(StoreError) -> SpaceStatus { try storage.space() }

    /// Bytes of everything that is there, for a quota.
    func usedBytes() throws(StoreError) -> Int { try storage.usedBytes() }

    package func close() {
        pushLocks = [:]
        sharedLocks = [:]
        storage.close()
    }

    /// The maker of a point that comes from another store.
    ///
    /// An agent does not believe its client; the owner of the folder could write any receipt.
    func maker(_ carried: Maker?) -> Maker? { isServed ? maker : carried ?? maker }

    // MARK: Locks

    package func lockForPush(_ job: Name, holder: String) throws(StoreError) {
        try share(job, toWrite: true)
        guard !isServed || pushLocks.count < StoreLimits.pushLocks else {
            throw StoreLimits.refused(
                "lock", "job \(job)", StoreLimits.pushLocks, "push locks of this session")
        }
        guard let lock = try storage.lock(job, .push, .exclusive, holder: holder) else {
            let other = storage.holder(of: .push, job).map { PrintableText.of($0) }
            throw StoreError(
                .locked, "lock", "job \(job)", "held by \(other ?? "another run")",
                hint: "wait for it, or give --lock-wait")
        }
        pushLocks[job] = lock
        storage.sweepTemporaries(job)
    }

    package func unlockPush(_ job: Name) { pushLocks[job] = nil }

    /// True if this session holds the push lock of any job.
    package var holdsPushLocks: Bool { !pushLocks.isEmpty }

    /// True if this session holds the job's push lock.
    func holdsPushLock(_ job: Name) -> Bool { pushLocks[job] != nil }

    /// Takes the job's lock for this session, next to everybody's but collection's.
    ///
    /// A reader goes without it where it may not write: a medium mounted read-only, another user's folder.
    /// A job that is not there has nothing to hold.
    func share(_ job: Name, toWrite: Bool, uploading: Bool = false) throws(StoreError) {
        if uploading { uploadingJob = job }
        if let known = sharedLocks[job], known != nil || !toWrite { return }
        let lock: (any HeldLock)?
        do throws(StoreError) {
            guard try storage.hasPlace(for: job) else { return }
            lock = try storage.lock(job, .use, .shared, holder: nil)
        } catch {
            guard !toWrite, error.kind == .denied else { throw error }
            sharedLocks[job] = .some(nil)
            return
        }
        guard let lock else {
            throw StoreError(
                .locked, "lock", "job \(job)", "collection is at work in it", hint: "wait until it has ended")
        }
        sharedLocks[job] = lock
        if isServed { releaseOldest(besides: job) }
    }

    /// Releases the jobs that were used first, so that descriptors stay few; not one whose push lock is held.
    private func releaseOldest(besides job: Name) {
        shareOrder.append(job)
        while shareOrder.count > StoreLimits.sharedLocks,
            let index = shareOrder.firstIndex(where: { $0 != job && !holdsPushLock($0) && $0 != uploadingJob }
            )
        { sharedLocks[shareOrder.remove(at: index)] = nil }
    }

    /// Runs `body` while no other session uses the job.
    ///
    /// - Throws: `locked` while another session does.
    func excluding<R>(
        _ job: Name, _ holder: String, _ operation: String, _ body: () throws(StoreError) -> R
    ) throws(StoreError) -> R {
        // This session's own share of it would be in the way.
        sharedLocks[job] = nil
        guard let lock = try storage.lock(job, .use, .exclusive, holder: holder) else {
            throw StoreError(
                .locked, operation, "job \(job)",
                "it is in use: a push, a verification or a restore is at work",
                hint: "try again later, or give --lock-wait")
        }
        sharedLocks[job] = lock
        defer { sharedLocks[job] = nil }
        return try body()
    }
}
