package import Platform
package import StoreFormat

/// Names are given last and made durable: where a name is, its content is.
extension DirectoryStorage {
    /// How often a temporary file is written again after another session has swept it.
    private static let mostSweeps = 8

    package func prepare(for job: Name?) throws(StoreError) {
        guard let job else {
            return try wrap("make", root) { () throws(SystemError) in
                try makePath(root)
                try makeFolders(["jobs"], in: root)
            }
        }
        try wrap("make", "jobs/\(job)") { () throws(SystemError) in
            try makeFolders([job.description], in: root + "/jobs")
            try makeFolders(ObjectKind.allCases.map(\.folder) + ["trash", "tmp"], in: "\(root)/jobs/\(job)")
        }
    }

    /// Order (RELIABILITY 2.2): write and sync, link without replacing, sync the folder.
    package func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(StoreError) -> Creation {
        var tries = 0
        while true {
            let temporary = try temporaryName(of: key)
            do throws(SystemError) {
                let isNew = try publish(bytes, temporary: temporary, final: path(key))
                try syncName(path(key), isNew: isNew)
                return isNew ? .created : .taken
            } catch {
                tries += 1
                guard error.isNotFound, tries < Self.mostSweeps else {
                    throw failure(key.creating, key.path, error)
                }
            }
        }
    }

    private func temporaryName(of key: ObjectKey) throws(StoreError) -> String {
        if let job = key.job { return try temporaryName(job) }
        return "\(path(key)).\(try sessionName()).partial"
    }

    package func settleNames(_ places: [NamePlace]) throws(StoreError) {
        var folders: Set<String> = []
        for place in places {
            switch place {
            case .job(let job): folders.insert("\(root)/jobs/\(job)")
            case .objects(let kind, let job): folders.insert(folder(job, kind.folder))
            case .pack(let job, let name):
                folders.formUnion([
                    folder(job, ObjectKind.pack.folder), PathText.folder(of: path(.pack(job, name))),
                ])
            }
        }
        for folder in folders.sorted() {
            try wrap("sync", folder) { () throws(SystemError) in try files.syncFolder(folder) }
            try pulse?()
        }
    }

    /// Writes, syncs and names a small object; false when the name is taken.
    private func publish(_ bytes: [UInt8], temporary: String, final: String) throws(SystemError) -> Bool {
        let file = try files.open(temporary, .create)
        do throws(SystemError) {
            try file.write(bytes.span, at: 0)
            try file.sync()
            let linked = try files.linkNoReplace(temporary, to: final)
            // Another session that began a push may have swept it.
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
    /// After a failure the system would report a name as durable that the disk has lost.
    func syncName(_ path: String, isNew: Bool) throws(SystemError) {
        do throws(SystemError) { try files.syncFolder(PathText.folder(of: path)) } catch {
            if isNew { try? files.remove(path) }
            throw error
        }
    }

    /// Makes folders in a folder, and their names durable; the same for folders as ``syncName(_:isNew:)``.
    ///
    /// Also when they were there: the session that made them may have ended before their names were durable.
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
            // A folder that may not be read is another user's, and so is its content.
            guard error.isDenied else { throw error }
        }
    }
}

extension ObjectKey {
    /// The word for making it.
    fileprivate var creating: String {
        switch self {
        case .store, .job: "make"
        case .point: "commit"
        case .note: "note"
        case .pack, .map, .index, .tombstone: "put"
        }
    }
}
