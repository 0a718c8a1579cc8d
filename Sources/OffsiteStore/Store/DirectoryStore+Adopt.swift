package import Platform

extension DirectoryStore {
    /// An object got its name after its content was synced; whether the name itself was, only its maker knew.
    package func adopt(_ packs: [ListedObject], job: Name) throws(StoreError) -> [Bool]? {
        try share(job, toWrite: true)
        let points = folder(job, ObjectKind.point.folder)
        try wrap("adopt", points) { () throws(SystemError) in try files.syncFolder(points) }
        var found: [Bool] = []
        for pack in packs {
            guard case .pack(job, _) = pack.key else {
                throw StoreError(.failed, "adopt", pack.key.path, "it is no pack of job \(job)")
            }
            let isThere = try length(of: pack.key) == pack.length
            if isThere { try makeDurable(PathText.folder(of: path(pack.key)), of: .pack, job: job) }
            found.append(isThere)
            try pulse?()
        }
        return found
    }

    /// Makes a folder of packs, and the names in it, durable; once a session.
    private func makeDurable(_ folder: String, of kind: ObjectKind, job: Name) throws(StoreError) {
        guard !adoptedFolders.contains(folder) else { return }
        try wrap("adopt", folder) { () throws(SystemError) in
            try files.syncFolder(self.folder(job, kind.folder))
            try files.syncFolder(folder)
        }
        adoptedFolders.insert(folder)
    }
}
