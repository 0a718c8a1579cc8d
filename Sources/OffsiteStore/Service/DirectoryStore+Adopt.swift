package import Platform
package import StoreFormat

extension DirectoryStore {
    /// An object got its name after its content was synced; whether the name itself was, only its maker knew.
    ///
    /// The names of indexes count: a frame that an indexed pack has as well is not looked for in a pack without an index.
    package func adopt(_ packs: [ListedObject], job: Name) throws(StoreError) -> [Bool] {
        try share(job, toWrite: true)
        var found: [Bool] = []
        var folders: Set = [folder(job, ObjectKind.point.folder), folder(job, ObjectKind.index.folder)]
        for pack in packs {
            guard case .pack(job, _) = pack.key else {
                throw StoreError(.failed, "adopt", pack.key.path, "it is no pack of job \(job)")
            }
            let isThere = try length(of: pack.key) == pack.length
            if isThere {
                folders.formUnion([folder(job, ObjectKind.pack.folder), PathText.folder(of: path(pack.key))])
            }
            found.append(isThere)
            try pulse?()
        }
        for folder in folders.sorted() {
            try wrap("adopt", folder) { () throws(SystemError) in try files.syncFolder(folder) }
            try pulse?()
        }
        return found
    }
}
