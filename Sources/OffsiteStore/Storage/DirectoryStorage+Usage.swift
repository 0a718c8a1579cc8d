internal import Platform
internal import StoreFormat

extension DirectoryStorage {
    package func usedBytes() throws(StoreError) -> Int {
        var sum = 0
        for job in try jobs() {
            for name in ObjectKind.allCases.map(\.folder) + ["trash", "tmp"] {
                sum += try bytes(below: folder(job, name), depth: 2)
            }
            try pulse?()
        }
        for job in try dropped() { sum += try bytes(below: job.path, depth: 3) }
        return sum
    }

    /// Files that go meanwhile do not count.
    private func bytes(below folder: String, depth: Int) throws(StoreError) -> Int {
        var sum = 0
        let names: [String]
        do throws(SystemError) { names = try files.list(folder) } catch {
            guard error.isNotFound else { throw StoreError("list", folder, error) }
            return 0
        }
        for name in names {
            let path = PathText.path(of: name, in: folder)
            let status = try wrap("look at", path) { () throws(SystemError) in try files.status(path) }
            guard let status else { continue }
            switch status.kind {
            case .regular: sum += status.length
            case .folder: if depth > 0 { sum += try bytes(below: path, depth: depth - 1) }
            case .link, .other: break
            }
        }
        return sum
    }
}
