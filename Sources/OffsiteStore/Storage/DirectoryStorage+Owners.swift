internal import StoreFormat
package import Platform

extension DirectoryStorage {
    /// Files whose owner is not the owner of the store.
    package struct ForeignFiles {
        /// Whose the store is.
        package let owner: UInt32
        package fileprivate(set) var paths: [String] = []
    }

    /// Finds files and folders of a job whose owner is not that of `STORE`: the store's user could not read them.
    package func foreignFiles(of job: Name) throws(StoreError) -> ForeignFiles {
        let status = try wrap("look at", root) { () throws(SystemError) -> FileStatus? in
            if let own = try files.status(path(.store)) { return own }
            return try files.status(root)
        }
        var found = ForeignFiles(owner: status?.owner ?? HostIdentity.userID)
        try look("\(root)/jobs/\(job)", depth: 3, &found)
        return found
    }

    private func look(_ path: String, depth: Int, _ found: inout ForeignFiles) throws(StoreError) {
        let status = try wrap("look at", path) { () throws(SystemError) in try files.status(path) }
        // A file may go meanwhile.
        guard let status else { return }
        if status.owner != found.owner { found.paths.append(path) }
        guard status.kind == .folder, depth > 0 else { return }
        let names: [String]
        do throws(SystemError) { names = try files.list(path) } catch {
            guard !error.isNotFound, !error.isDenied else { return }
            throw failure("list", path, error)
        }
        for name in names { try look(PathText.path(of: name, in: path), depth: depth - 1, &found) }
    }
}
