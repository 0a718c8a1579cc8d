internal import Platform
internal import StoreFormat

/// What was taken away and is not gone yet: folders in a job's `trash/`, each of one act (docs/format/store.md, section 5).
///
/// A folder's name says when: the newest generation then, and the time; a number behind tells those of one second apart.
struct Trash {
    struct Batch: Equatable {
        let generation: UInt64
        let time: Timestamp
        let path: String
    }
    /// Acts of one second.
    private static let maximumActs = 100

    let store: DirectoryStore
    let job: Name
    private var folder: String { store.folder(job, "trash") }
    /// Where this act puts things; made with the first of them.
    private var current: String?
    private var touched: Set<String> = []
    /// What is put here goes for good when this act ends.
    var isEmptiedAtOnce = false
    /// What has gone without being moved.
    private(set) var removed = (files: 0, bytes: 0)

    init(_ store: DirectoryStore, _ job: Name) {
        self.store = store
        self.job = job
    }

    /// Oldest first.
    func batches() throws(StoreError) -> [Batch] {
        let folder = folder
        return try store.wrap("list", folder) { () throws(SystemError) in try store.files.list(folder) }
            .compactMap { name in
                let parts = name.split(separator: "-")
                guard (2...3).contains(parts.count), let generation = Hex.number(parts[0]),
                    let time = Timestamp(compact: parts[1])
                else { return nil }
                return Batch(
                    generation: generation, time: time,
                    path: PathText.path(of: name, in: folder))
            }
    }

    func names(in batch: Batch) throws(StoreError) -> [String] {
        try store.wrap("list", batch.path) { () throws(SystemError) in try store.files.list(batch.path) }
    }

    /// Files that lie beside the folders.
    func looseFiles() throws(StoreError) -> [String] {
        let folder = folder
        return try store.wrap("list", folder) { () throws(SystemError) in
            var found: [String] = []
            for name in try store.files.list(folder) {
                let path = PathText.path(of: name, in: folder)
                if try store.files.status(path)?.kind == .regular { found.append(path) }
            }
            return found
        }
    }

    /// Bytes of all files in it.
    func bytes() throws(StoreError) -> Int {
        var sum = 0
        for batch in try batches() {
            for name in try names(in: batch) {
                let path = PathText.path(of: name, in: batch.path)
                sum += try store.wrap("look at", path) { () throws(SystemError) in
                    try store.files.status(path)?.length ?? 0
                }
            }
        }
        return sum
    }

    /// Moves a file of the job into this act's folder; not durable before ``sync()``.
    ///
    /// On a disk that has not even room for that it goes for good, where it would at the end of this act.
    mutating func put(_ path: String, newest generation: UInt64) throws(StoreError) {
        do throws(StoreError) { try move(path, generation) } catch {
            guard error.kind == .noSpace, isEmptiedAtOnce else { throw error }
            removed.bytes += try store.wrap("remove", path) { () throws(SystemError) in
                let length = try store.files.status(path)?.length ?? 0
                try store.files.remove(path)
                return length
            }
            removed.files += 1
            touched.insert(PathText.folder(of: path))
        }
    }

    private mutating func move(_ path: String, _ generation: UInt64) throws(StoreError) {
        let batch = try batch(generation)
        let target = PathText.path(of: PathText.name(of: path), in: batch)
        let isMoved = try store.wrap("move", path) { () throws(SystemError) in
            try store.files.renameNoReplace(path, to: target)
        }
        guard isMoved else {
            throw StoreError(.exists, "move", path, "\(target) is there already")
        }
        touched.formUnion([PathText.folder(of: path), batch])
    }

    /// Moves a file back that this act has put here, as far as that can be.
    mutating func putBack(_ path: String) {
        guard let current else { return }
        let isBack = try? store.files.renameNoReplace(
            PathText.path(of: PathText.name(of: path), in: current), to: path)
        if isBack == true { touched.formUnion([PathText.folder(of: path), current]) }
    }

    private mutating func batch(_ generation: UInt64) throws(StoreError) -> String {
        if let current { return current }
        let stem = "\(Hex.encode(generation))-\(store.clock.now.compact)"
        let folder = folder
        let taken = Set(
            try store.wrap("list", folder) { () throws(SystemError) in try store.files.list(folder) })
        let free = (1...Self.maximumActs).lazy.map { $0 == 1 ? stem : "\(stem)-\($0)" }
        guard let name = free.first(where: { !taken.contains($0) }) else {
            throw StoreError(
                .exists, "make", folder, "\(Self.maximumActs) acts within a second", hint: "try again")
        }
        try store.wrap("make", folder) { () throws(SystemError) in try store.makeFolders([name], in: folder) }
        let path = PathText.path(of: name, in: folder)
        current = path
        return path
    }

    /// Makes durable what was moved: first where it is, then where it is no more.
    mutating func sync() throws(StoreError) {
        let trash = folder
        for folder in touched.sorted(by: {
            ($0.hasPrefix(trash) ? 0 : 1, $0) < ($1.hasPrefix(trash) ? 0 : 1, $1)
        }) {
            try store.wrap("sync", folder) { () throws(SystemError) in try store.files.syncFolder(folder) }
        }
        touched = []
    }

    /// Takes packs, maps and indexes of a folder back to where they were, as far as their places are free.
    ///
    /// - Returns: How many came back.
    func takeBack(_ batch: Batch) throws(StoreError) -> Int {
        var count = 0
        var folders: Set = [batch.path]
        for name in try names(in: batch) {
            guard
                let key = [ObjectKind.pack, .map, .index].lazy.compactMap({ $0.key(fileName: name, job: job) }
                ).first
            else { continue }
            if try takeBack(name, of: batch, to: key) { count += 1 }
            folders.insert(PathText.folder(of: store.path(key)))
        }
        for folder in folders.sorted() {
            try store.wrap("sync", folder) { () throws(SystemError) in try store.files.syncFolder(folder) }
        }
        return count
    }

    /// One object; the folders are left to be synced.
    ///
    /// - Returns: False where its place is taken.
    func takeBack(_ name: String, of batch: Batch, to key: ObjectKey) throws(StoreError) -> Bool {
        let path = store.path(key)
        let folder = PathText.folder(of: path)
        return try store.wrap("move back", key.path) { () throws(SystemError) in
            if case .pack = key {
                try store.makeFolders(
                    [PathText.name(of: folder)], in: store.folder(job, ObjectKind.pack.folder))
            }
            return try store.files.renameNoReplace(PathText.path(of: name, in: batch.path), to: path)
        }
    }

    /// Removes a folder and what is in it, for good.
    ///
    /// - Returns: Files, and their bytes.
    func remove(_ batch: Batch) throws(StoreError) -> (files: Int, bytes: Int) {
        var bytes = 0
        let names = try names(in: batch)
        for name in names {
            let path = PathText.path(of: name, in: batch.path)
            bytes += try store.wrap("remove", path) { () throws(SystemError) in
                let length = try store.files.status(path)?.length ?? 0
                try store.files.remove(path)
                return length
            }
            try store.pulse?()
        }
        let folder = folder
        try store.wrap("remove", batch.path) { () throws(SystemError) in
            try store.files.removeFolder(batch.path)
            try store.files.syncFolder(folder)
        }
        return (names.count, bytes)
    }
}
