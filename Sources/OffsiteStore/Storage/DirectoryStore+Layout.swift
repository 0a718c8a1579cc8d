package import Platform
package import StoreFormat

extension DirectoryStore {
    package func initialise(_ object: StoreObject) throws(StoreError) -> Bool {
        let session = try sessionName()
        return try wrap("make", root) { () throws(SystemError) in
            try makePath(root)
            try makeFolders(["jobs"], in: root)
            // Last: where it is, all that it stands for is durable.
            if try files.status(path(.store)) != nil { return false }
            let made = try publish(
                object.encoded, temporary: root + "/STORE.\(session).partial", final: path(.store))
            try syncName(path(.store), isNew: made)
            return made
        }
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
        let temporary = try temporaryName(job)
        return try wrap("make", "jobs/\(job)") { () throws(SystemError) in
            try makeFolders([job.description], in: root + "/jobs")
            try makeFolders(
                ["packs", "maps", "index", "points", "notes", "tomb", "trash", "tmp"],
                in: "\(root)/jobs/\(job)")
            if try files.status(path(.job(job))) != nil { return false }
            let made = try publish(object, temporary: temporary, final: path(.job(job)))
            try syncName(path(.job(job)), isNew: made)
            return made
        }
    }

    /// Takes the job's lock for this session, beside everybody's but collection's.
    ///
    /// A reader goes without it where it may not write: a medium mounted read-only, somebody else's folder.
    /// A job that is not there has nothing to hold.
    func share(_ job: Name, toWrite: Bool) throws(StoreError) {
        if let known = sharedLocks[job], known != nil || !toWrite { return }
        let folder = "\(root)/jobs/\(job)"
        let file = folder + "/lock"
        let lock: (any HeldLock)?
        do throws(SystemError) {
            guard try files.status(folder) != nil else { return }
            lock = try files.lock(file, .shared)
        } catch {
            guard !toWrite, error.isDenied else { throw failure("lock", file, error) }
            sharedLocks[job] = .some(nil)
            return
        }
        guard let lock else {
            throw StoreError(
                .locked, "lock", "job \(job)", "collection is at work in it", hint: "wait until it has ended")
        }
        sharedLocks[job] = lock
        if isServed { letGoOfOldest(job) }
    }

    /// Lets go of the jobs that were used first, so that descriptors stay few; not of one whose push lock is held.
    private func letGoOfOldest(_ job: Name) {
        shareOrder.append(job)
        while shareOrder.count > StoreLimits.sharedLocks,
            let index = shareOrder.firstIndex(where: { $0 != job && !holdsPushLock($0) && $0 != uploadingJob }
            )
        { sharedLocks[shareOrder.remove(at: index)] = nil }
    }

    /// Writes, syncs and names a small object; false when the name is taken.
    func publish(_ bytes: [UInt8], temporary: String, final: String) throws(SystemError) -> Bool {
        let file = try files.open(temporary, .create)
        do throws(SystemError) {
            try file.write(bytes.span, at: 0)
            try file.sync()
            let linked = try files.linkNoReplace(temporary, to: final)
            // Whoever begins a push may have swept it.
            do throws(SystemError) { try files.remove(temporary) } catch {
                guard error.isNotFound else { throw error }
            }
            return linked
        } catch {
            try? files.remove(temporary)
            throw error
        }
    }

    /// Makes a name durable; where that fails, takes back a new one.
    ///
    /// After a failure the system would call durable what the disk has lost, for whoever finds the name there.
    func syncName(_ path: String, isNew: Bool) throws(SystemError) {
        do throws(SystemError) { try files.syncFolder(PathText.folder(of: path)) } catch {
            if isNew { try? files.remove(path) }
            throw error
        }
    }

    /// Makes folders in a folder, and their names durable; the same for folders as ``syncName(_:isNew:)``.
    ///
    /// Also when they were there: whoever made them may not have lived to make their names durable.
    func makeFolders(_ names: [String], in folder: String) throws(SystemError) {
        var made: [String] = []
        do throws(SystemError) {
            for name in names {
                let path = PathText.path(of: name, in: folder)
                if try files.makeFolder(path) { made.append(path) }
            }
            try files.syncFolder(folder)
        } catch {
            for path in made { try? files.removeFolder(path) }
            throw error
        }
    }

    /// Makes a folder and those above it that are missing.
    private func makePath(_ path: String) throws(SystemError) {
        if path.isEmpty || path == "/" || path == "." { return }
        let above = PathText.folder(of: path)
        if try files.status(path) == nil {
            try makePath(above)
            return try makeFolders([PathText.name(of: path)], in: above)
        }
        do throws(SystemError) { try files.syncFolder(above) } catch {
            // A folder that may not be read is somebody else's, and so is what is in it.
            guard error.isDenied else { throw error }
        }
    }
}
