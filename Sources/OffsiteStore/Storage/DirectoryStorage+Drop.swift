package import Platform
internal import StoreFormat

/// A job that goes is renamed first, so that a crash leaves it whole or gone by name.
extension DirectoryStorage {
    package func drop(_ job: Name) throws(StoreError) {
        let place = "\(root)/jobs/\(job)"
        let gone = PathText.path(of: DroppedJob.name(job, try sessionName()), in: root + "/jobs")
        let isMoved = try wrap("drop", place) { () throws(SystemError) in
            guard try files.renameNoReplace(place, to: gone) else { return false }
            do throws(SystemError) { try files.syncFolder(root + "/jobs") } catch {
                _ = try? files.renameNoReplace(gone, to: place)
                throw error
            }
            return true
        }
        guard isMoved else {
            throw StoreError(.exists, "drop", "job \(job)", "\(gone) is there already", hint: "try again")
        }
        syncedFolders = syncedFolders.filter { !$0.hasPrefix(place + "/") }
    }

    package func hasDropped(_ job: Name) throws(StoreError) -> Bool {
        try dropped().contains { $0.job == job }
    }

    /// Folders of jobs that were dropped and are not removed yet.
    func dropped() throws(StoreError) -> [DroppedJob] {
        let folder = root + "/jobs"
        return try wrap("list", "jobs") { () throws(SystemError) -> [String] in
            guard try files.status(folder) != nil else { return [] }
            return try files.list(folder)
        }.compactMap { DroppedJob($0, in: folder) }
    }

    package func measure(_ job: Name) throws(StoreError) -> FileTally {
        var tally = FileTally()
        for dropped in try dropped() where dropped.job == job { try count(dropped.path, &tally) }
        if try hasPlace(for: job) { try count("\(root)/jobs/\(job)", &tally) }
        return tally
    }

    package func removeDropped(_ job: Name) throws(StoreError) -> FileTally {
        var tally = FileTally()
        for dropped in try dropped() where dropped.job == job { try removeAll(dropped.path, &tally) }
        // Also where there is nothing: an earlier drop may have removed everything and not have synced that.
        try wrap("sync", "jobs") { () throws(SystemError) in try files.syncFolder(root + "/jobs") }
        return tally
    }

    private func count(_ folder: String, depth: Int = 4, _ tally: inout FileTally) throws(StoreError) {
        let names = try wrap("list", folder) { () throws(SystemError) in try files.list(folder) }
        for name in names {
            let path = PathText.path(of: name, in: folder)
            let status = try wrap("look at", path) { () throws(SystemError) in try files.status(path) }
            switch status?.kind {
            case .folder where depth > 0: try count(path, depth: depth - 1, &tally)
            case .regular:
                tally.files += 1
                tally.bytes = tally.bytes.saturatingAdd(status?.length ?? 0)
            default: tally.files += 1
            }
            try pulse?()
        }
    }

    /// Links are removed as links: their destinations are not part of the store.
    private func removeAll(_ folder: String, _ tally: inout FileTally) throws(StoreError) {
        let names = try wrap("list", folder) { () throws(SystemError) in try files.list(folder) }
        for name in names {
            let path = PathText.path(of: name, in: folder)
            let isFile = try wrap("remove", path) { () throws(SystemError) in
                let length = try files.status(path)?.length ?? 0
                do throws(SystemError) { try files.remove(path) } catch {
                    guard error.isFolder else { throw error }
                    return false
                }
                tally.files += 1
                tally.bytes = tally.bytes.saturatingAdd(length)
                return true
            }
            if !isFile { try removeAll(path, &tally) }
            try pulse?()
        }
        try wrap("remove", folder) { () throws(SystemError) in try files.removeFolder(folder) }
    }
}

/// A folder that was a job's: `jobs/.dropped-SESSION-JOB`, no name of a job.
struct DroppedJob {
    private static let prefix = ".dropped-"
    private static let sessionDigits = 16

    let job: Name
    let path: String

    /// Nil where the name is no such folder's.
    init?(_ name: String, in folder: String) {
        guard name.hasPrefix(Self.prefix) else { return nil }
        let rest = name.dropFirst(Self.prefix.count)
        let session = rest.prefix(Self.sessionDigits)
        guard session.count == Self.sessionDigits, Hex.decode(String(session)) != nil,
            rest.dropFirst(Self.sessionDigits).first == "-",
            let job = Name(String(rest.dropFirst(Self.sessionDigits + 1)))
        else { return nil }
        self.job = job
        path = PathText.path(of: name, in: folder)
    }

    static func name(_ job: Name, _ session: String) -> String { "\(prefix)\(session)-\(job)" }
}
