internal import Platform

extension DirectoryStore {
    /// Takes away what dead sessions have left in a job's `tmp/`; only the holder of its push lock may.
    ///
    /// All objects of a job arrive under that lock, those of a push's further lanes too, which are opened later. A lane that
    /// outlives its push loses the name of what nobody is going to commit. What cannot be taken away stays for the next push.
    func sweepTemporaries(_ job: Name) {
        let folder = folder(job, "tmp")
        for name in (try? files.list(folder)) ?? [] where !isOwn(name) {
            try? files.remove(PathText.path(of: name, in: folder))
        }
    }
}
