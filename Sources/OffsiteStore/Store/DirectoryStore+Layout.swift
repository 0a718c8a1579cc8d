package import Platform

extension DirectoryStore {
    package func initialise(_ object: StoreObject) throws(StoreError) -> Bool {
        try wrap("make", root) { () throws(SystemError) in
            if try files.status(root + "/STORE") != nil { return false }
            try makeFolders(root)
            try files.makeFolder(root + "/jobs")
            let made = try publish(object.encoded, temporary: root + "/STORE.partial", final: root + "/STORE")
            try files.syncFolder(root)
            return made
        }
    }

    package func publishJob(_ job: Name, _ object: [UInt8]) throws(StoreError) -> Bool {
        try wrap("make", "jobs/\(job)") { () throws(SystemError) in
            if try files.status(path(.job(job))) != nil { return false }
            let folder = "\(root)/jobs/\(job)"
            try files.makeFolder(folder)
            for name in ["packs", "maps", "index", "points", "notes", "tomb", "trash", "tmp"] {
                try files.makeFolder(folder + "/" + name)
            }
            let made = try publish(object, temporary: folder + "/tmp/job", final: path(.job(job)))
            try files.syncFolder(folder)
            try files.syncFolder(root + "/jobs")
            return made
        }
    }

    /// Writes, syncs and names a small object; false when the name is taken.
    func publish(_ bytes: [UInt8], temporary: String, final: String) throws(SystemError) -> Bool {
        if try files.status(temporary) != nil { try files.remove(temporary) }
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
        if path.isEmpty || path == "/" { return }
        if try files.status(path) != nil { return }
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        let above = path.hasPrefix("/") ? "/" + parent : parent.isEmpty ? "." : parent
        try makeFolders(above)
        try files.makeFolder(path)
        try files.syncFolder(above)
    }
}
