package import Platform
internal import StoreFormat

extension DirectoryStorage {
    package func hasPlace(for job: Name) throws(StoreError) -> Bool {
        let folder = "\(root)/jobs/\(job)"
        return try wrap("lock", folder) { () throws(SystemError) in try files.status(folder) } != nil
    }

    package func lock(
        _ job: Name, _ lock: JobLock, _ kind: LockKind, holder: String?
    ) throws(StoreError) -> (any HeldLock)? {
        let path = path(of: lock, job)
        return try wrap("lock", path) { () throws(SystemError) in
            guard let held = try files.lock(path, kind) else { return nil }
            if let holder { try held.describe(holder) }
            return held
        }
    }

    package func holder(of lock: JobLock, _ job: Name) -> String? {
        (try? files.contents(path(of: lock, job), limit: 4096)).map { String(decoding: $0, as: UTF8.self) }
    }

    private func path(of lock: JobLock, _ job: Name) -> String {
        switch lock {
        case .use: folder(job, "lock")
        case .push: folder(job, "push.lock")
        }
    }

    /// All objects of a job arrive under its push lock, those of a push's further lanes too.
    ///
    /// A lane that outlives its push loses the name of what nobody is going to commit. What cannot be removed stays for the
    /// next push.
    package func sweepTemporaries(_ job: Name) {
        let folder = folder(job, "tmp")
        for name in (try? files.list(folder)) ?? [] where !isOwn(name) {
            try? files.remove(PathText.path(of: name, in: folder))
        }
    }
}
