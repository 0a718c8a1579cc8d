package import Platform

extension DirectoryStore {
    package func initialise(_ object: StoreObject) throws(StoreError) -> Bool {
        let session = try sessionName()
        return try wrap("make", root) { () throws(SystemError) in
            if try files.status(root + "/STORE") != nil {
                try files.syncFolder(root)
                return false
            }
            try makeFolders(root)
            try files.makeFolder(root + "/jobs")
            let made = try publish(
                object.encoded, temporary: root + "/STORE.\(session).partial", final: root + "/STORE")
            try files.syncFolder(root)
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
        let temporary = try temporaryName(job)
        return try wrap("make", "jobs/\(job)") { () throws(SystemError) in
            let folder = "\(root)/jobs/\(job)"
            if try files.status(path(.job(job))) != nil {
                // Whoever made it may not have lived to make its name durable.
                try files.syncFolder(folder)
                try files.syncFolder(root + "/jobs")
                return false
            }
            try files.makeFolder(folder)
            for name in ["packs", "maps", "index", "points", "notes", "tomb", "trash", "tmp"] {
                try files.makeFolder(folder + "/" + name)
            }
            let made = try publish(object, temporary: temporary, final: path(.job(job)))
            try files.syncFolder(folder)
            try files.syncFolder(root + "/jobs")
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
            guard !toWrite, error.isDenied else { throw StoreError("lock", file, error) }
            sharedLocks[job] = .some(nil)
            return
        }
        guard let lock else {
            throw StoreError(
                .locked, "lock", "job \(job)", "collection is at work in it", hint: "wait until it has ended")
        }
        sharedLocks[job] = lock
    }

    /// Writes, syncs and names a small object; false when the name is taken.
    func publish(_ bytes: [UInt8], temporary: String, final: String) throws(SystemError) -> Bool {
        let file = try files.open(temporary, .create)
        do throws(SystemError) {
            try file.write(bytes.span, at: 0)
            try file.sync()
            let linked = try files.linkNoReplace(temporary, to: final)
            try files.remove(temporary)
            return linked
        } catch {
            try? files.remove(temporary)
            throw error
        }
    }

    /// Makes a folder and those above it that are missing, each durable in its parent.
    private func makeFolders(_ path: String) throws(SystemError) {
        if path.isEmpty || path == "/" || path == "." { return }
        if try files.status(path) != nil { return }
        let above = PathText.folder(of: path)
        try makeFolders(above)
        try files.makeFolder(path)
        try files.syncFolder(above)
    }
}
