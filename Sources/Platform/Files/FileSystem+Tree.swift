extension FileSystem {
    /// Removes a file, a link, or a folder with all that is in it; nothing when it is not there.
    ///
    /// Links are removed, never followed: what a path leads to is no folder of ours.
    package func removeTree(_ path: String) throws(SystemError) {
        do throws(SystemError) { return try remove(path) } catch {
            if error.isNotFound { return }
            guard error.isFolder else { throw error }
        }
        do throws(SystemError) {
            for name in try list(path) { try removeTree(PathText.path(of: name, in: path)) }
            try removeFolder(path)
        } catch { guard error.isNotFound else { throw error } }
    }
}
