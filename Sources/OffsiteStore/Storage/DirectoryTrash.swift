internal import Platform
internal import StoreFormat

/// A job's trash in a folder: a folder in `trash/` for each act.
///
/// Its name says when: the newest generation then, and the time; a number after them tells those of one second apart.
final class DirectoryTrash: JobTrash {
    /// Acts of one second.
    private static let maximumActs = 100

    private let storage: DirectoryStorage
    private let job: Name
    private let isEmptiedAtOnce: Bool
    private var folder: String { storage.folder(job, "trash") }
    /// The folder of this act's batch; made with the first object.
    private var current: String?
    private var touched: Set<String> = []
    private(set) var removed = FileTally()

    init(_ storage: DirectoryStorage, _ job: Name, isEmptiedAtOnce: Bool) {
        self.storage = storage
        self.job = job
        self.isEmptiedAtOnce = isEmptiedAtOnce
    }

    private func path(of batch: TrashBatch) -> String { PathText.path(of: batch.name, in: folder) }

    func batches() throws(StoreError) -> [TrashBatch] {
        let folder = folder
        return try storage.wrap("list", folder) { () throws(SystemError) in try storage.files.list(folder) }
            .compactMap { name in
                let parts = name.split(separator: "-")
                guard (2...3).contains(parts.count), let generation = Hex.number(parts[0]),
                    let time = Timestamp(compact: parts[1])
                else { return nil }
                return TrashBatch(generation: generation, time: time, name: name)
            }
    }

    func names(in batch: TrashBatch) throws(StoreError) -> [String] {
        let path = path(of: batch)
        return try storage.wrap("list", path) { () throws(SystemError) in try storage.files.list(path) }
    }

    /// Files next to the folders.
    private func looseFiles() throws(StoreError) -> [String] {
        let folder = folder
        return try storage.wrap("list", folder) { () throws(SystemError) in
            var found: [String] = []
            for name in try storage.files.list(folder) {
                let path = PathText.path(of: name, in: folder)
                if try storage.files.status(path)?.kind == .regular { found.append(path) }
            }
            return found
        }
    }

    func bytes() throws(StoreError) -> Int {
        var sum = 0
        for batch in try batches() {
            for name in try names(in: batch) {
                let path = PathText.path(of: name, in: self.path(of: batch))
                sum += try storage.wrap("look at", path) { () throws(SystemError) in
                    try storage.files.status(path)?.length ?? 0
                }
            }
        }
        return sum
    }

    func put(_ key: ObjectKey, newest generation: UInt64) throws(StoreError) {
        try put(storage.path(key), generation)
    }

    func putDamaged(newest generation: UInt64) throws(StoreError) {
        for path in try looseFiles() { try put(path, generation) }
    }

    /// On a disk that has no room even for a new name the file goes for good, if it would at the end of this act.
    private func put(_ path: String, _ generation: UInt64) throws(StoreError) {
        do throws(StoreError) { try move(path, generation) } catch {
            guard error.kind == .noSpace, isEmptiedAtOnce else { throw error }
            removed.bytes += try storage.wrap("remove", path) { () throws(SystemError) in
                let length = try storage.files.status(path)?.length ?? 0
                try storage.files.remove(path)
                return length
            }
            removed.files += 1
            touched.insert(PathText.folder(of: path))
        }
    }

    private func move(_ path: String, _ generation: UInt64) throws(StoreError) {
        let batch = try batch(generation)
        let target = PathText.path(of: PathText.name(of: path), in: batch)
        let isMoved = try storage.wrap("move", path) { () throws(SystemError) in
            try storage.files.renameNoReplace(path, to: target)
        }
        guard isMoved else {
            throw StoreError(.exists, "move", path, "\(target) is there already")
        }
        touched.formUnion([PathText.folder(of: path), batch])
    }

    func putBack(_ key: ObjectKey) {
        guard let current else { return }
        let path = storage.path(key)
        let isBack = try? storage.files.renameNoReplace(
            PathText.path(of: PathText.name(of: path), in: current), to: path)
        if isBack == true { touched.formUnion([PathText.folder(of: path), current]) }
    }

    private func batch(_ generation: UInt64) throws(StoreError) -> String {
        if let current { return current }
        let stem = "\(Hex.encode(generation))-\(storage.now.compact)"
        let folder = folder
        let taken = Set(
            try storage.wrap("list", folder) { () throws(SystemError) in try storage.files.list(folder) })
        let free = (1...Self.maximumActs).lazy.map { $0 == 1 ? stem : "\(stem)-\($0)" }
        guard let name = free.first(where: { !taken.contains($0) }) else {
            throw StoreError(
                .exists, "make", folder, "\(Self.maximumActs) acts within a second", hint: "try again")
        }
        try storage.wrap("make", folder) { () throws(SystemError) in
            try storage.makeFolders([name], in: folder)
        }
        let path = PathText.path(of: name, in: folder)
        current = path
        return path
    }

    func sync() throws(StoreError) {
        let trash = folder
        for folder in touched.sorted(by: {
            ($0.hasPrefix(trash) ? 0 : 1, $0) < ($1.hasPrefix(trash) ? 0 : 1, $1)
        }) {
            try storage.wrap("sync", folder) { () throws(SystemError) in try storage.files.syncFolder(folder)
            }
        }
        touched = []
    }

    func undelete(_ batch: TrashBatch) throws(StoreError) -> Int {
        var count = 0
        var folders: Set = [path(of: batch)]
        for name in try names(in: batch) {
            guard
                let key = [ObjectKind.pack, .map, .index].lazy.compactMap({
                    $0.key(fileName: name, job: self.job)
                }).first
            else { continue }
            if try undelete(key, of: batch) { count += 1 }
            folders.insert(PathText.folder(of: storage.path(key)))
        }
        for folder in folders.sorted() {
            try storage.wrap("sync", folder) { () throws(SystemError) in try storage.files.syncFolder(folder)
            }
        }
        return count
    }

    func undelete(_ key: ObjectKey, of batch: TrashBatch) throws(StoreError) -> Bool {
        let path = storage.path(key)
        let folder = PathText.folder(of: path)
        let old = PathText.path(of: PathText.name(of: path), in: self.path(of: batch))
        return try storage.wrap("move back", key.path) { () throws(SystemError) in
            if case .pack = key {
                try storage.makeFolders(
                    [PathText.name(of: folder)], in: storage.folder(job, ObjectKind.pack.folder))
            }
            return try storage.files.renameNoReplace(old, to: path)
        }
    }

    func remove(_ batch: TrashBatch) throws(StoreError) -> FileTally {
        var tally = FileTally()
        let place = path(of: batch)
        for name in try names(in: batch) {
            let path = PathText.path(of: name, in: place)
            tally.bytes += try storage.wrap("remove", path) { () throws(SystemError) in
                let length = try storage.files.status(path)?.length ?? 0
                try storage.files.remove(path)
                return length
            }
            tally.files += 1
            try storage.pulse?()
        }
        let folder = folder
        try storage.wrap("remove", place) { () throws(SystemError) in
            try storage.files.removeFolder(place)
            try storage.files.syncFolder(folder)
        }
        return tally
    }
}
