package import OffsiteStore
package import Platform
package import StoreFormat
internal import Synchronization

/// The objects of a store in memory, for any number of sessions of one thread.
package final class MemoryPlace: Sendable {
    private static let places = Mutex<[String: MemoryPlace]>([:])

    /// The place that was made for a path; nil where none was.
    package static func of(_ path: String) -> MemoryPlace? { places.withLock { $0[path] } }

    package static func make(for path: String) -> MemoryPlace {
        let place = MemoryPlace()
        places.withLock { $0[path] = place }
        return place
    }

    struct Object: Sendable {
        var bytes: [UInt8]
        var modified: Timestamp
    }
    struct Job: Sendable {
        var objects: [ObjectKey: Object] = [:]
        var trash: [String: Batch] = [:]
        /// Damaged objects that were replaced.
        var damaged: [Object] = []
        /// Objects under way, by their sessions.
        var staged: [ObjectIdentifier: Int] = [:]
        var locks: [JobLock: LockState] = [:]
        var holders: [JobLock: String] = [:]
    }
    struct Batch: Sendable {
        let batch: TrashBatch
        var objects: [ObjectKey: Object] = [:]
        var damaged: [Object] = []
    }
    struct LockState: Sendable {
        var shared = 0
        var isExclusive = false
    }
    private struct Content: Sendable {
        var store: [UInt8]?
        var jobs: [Name: Job] = [:]
        var dropped: [(name: Name, job: Job)] = []
    }
    private let content = Mutex(Content())
    /// Bytes that the place holds at the most.
    package let capacity: Int

    package init(capacity: Int = 1 << 40) { self.capacity = capacity }

    var store: [UInt8]? {
        get { content.withLock { $0.store } }
        set { content.withLock { $0.store = newValue } }
    }
    var jobs: [Name: Job] {
        get { content.withLock { $0.jobs } }
        set { content.withLock { $0.jobs = newValue } }
    }
    var dropped: [(name: Name, job: Job)] {
        get { content.withLock { $0.dropped } }
        set { content.withLock { $0.dropped = newValue } }
    }

    /// Changes an object behind the store's back; nil removes it.
    package func damage(_ key: ObjectKey, _ change: ([UInt8]) -> [UInt8]?) {
        guard let job = key.job, let object = jobs[job]?.objects[key] else { return }
        jobs[job]?.objects[key] = change(object.bytes).map { Object(bytes: $0, modified: object.modified) }
    }

    /// Puts an object there behind the store's back.
    package func put(_ key: ObjectKey, _ bytes: [UInt8], at time: Timestamp = FixedClock().now) {
        if let job = key.job { jobs[job]?.objects[key] = Object(bytes: bytes, modified: time) }
    }

    /// Damaged objects that were replaced, and are not in a batch yet.
    package func damaged(in job: Name) -> [[UInt8]] { jobs[job]?.damaged.map(\.bytes) ?? [] }

    /// Objects that have no name yet, one text each.
    package var underWay: [String] { jobs.values.flatMap { $0.staged.values.map { "\($0) bytes" } }.sorted() }

    /// Every object, by its key.
    package var contents: [ObjectKey: [UInt8]] {
        jobs.values.reduce(into: [:]) { all, job in
            all.merge(job.objects.mapValues(\.bytes)) { first, _ in first }
        }
    }
}

/// A session with a place in memory: everything a folder can do, without files.
package final class MemoryStorage: LockingStorage {
    package let label = "memory"
    package var pulse: (() throws(StoreError) -> Void)?
    private let place: MemoryPlace
    private let clock: any Clock

    package init(in place: MemoryPlace, clock: any Clock) {
        self.place = place
        self.clock = clock
    }

    package var now: Timestamp { clock.now }

    package func jobs() -> [Name] { place.jobs.keys.sorted { $0.description < $1.description } }

    private func job(_ name: Name, _ operation: String) throws(StoreError) -> MemoryPlace.Job {
        guard let job = place.jobs[name] else {
            throw StoreError(.notFound, operation, "jobs/\(name)", "there is no such job")
        }
        return job
    }

    package func list(_ kind: ObjectKind, job name: Name) throws(StoreError) -> [ListedObject] {
        try job(name, "list").objects.filter { $0.key.kind == kind }
            .map { ListedObject(key: $0.key, length: $0.value.bytes.count) }
            .sorted { $0.key.path < $1.key.path }
    }

    private func bytes(_ key: ObjectKey) -> [UInt8]? {
        guard let job = key.job else { return place.store }
        return place.jobs[job]?.objects[key]?.bytes
    }

    package func length(of key: ObjectKey) -> Int? { bytes(key)?.count }

    package func read(_ key: ObjectKey, at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
        guard let bytes = bytes(key) else {
            throw StoreError(.notFound, "get", key.path, "no such object in \(label)")
        }
        guard offset <= bytes.count - count else {
            throw StoreError(.corrupt, "get", key.path, "ends at byte \(bytes.count)")
        }
        return Array(bytes[offset..<offset + count])
    }

    package func open(_ key: ObjectKey) throws(StoreError) -> any OpenFile {
        guard let bytes = bytes(key) else {
            throw StoreError(.notFound, "read", key.path, "no such object in \(label)")
        }
        return MemoryFile(bytes, path: key.path)
    }

    package func modified(_ key: ObjectKey) -> Timestamp? {
        key.job.flatMap { place.jobs[$0]?.objects[key]?.modified }
    }

    package func prepare(for job: Name?) {
        if let job, place.jobs[job] == nil { place.jobs[job] = MemoryPlace.Job() }
    }

    package func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(StoreError) -> Creation {
        guard length(of: key) == nil else { return .taken }
        try requireRoom(bytes.count)
        if let job = key.job {
            place.jobs[job]?.objects[key] = .init(bytes: bytes, modified: now)
        } else {
            place.store = bytes
        }
        return .created
    }

    private func requireRoom(_ count: Int) throws(StoreError) {
        guard count <= space().availableBytes else {
            throw StoreError(.noSpace, "put", label, "it has no room for \(count) bytes more")
        }
    }

    package func stage(_ kind: ObjectKind, job name: Name) throws(StoreError) -> any StagedObject {
        _ = try job(name, "put")
        return Staged(kind, name, self)
    }

    package func delete(_ key: ObjectKey) {
        if let job = key.job { place.jobs[job]?.objects[key] = nil } else { place.store = nil }
    }

    package func space() -> SpaceStatus {
        SpaceStatus(availableBytes: max(0, place.capacity - usedBytes()), totalBytes: place.capacity)
    }

    package func close() {}

    private final class Staged: StagedObject {
        private let kind: ObjectKind
        private let job: Name
        private let storage: MemoryStorage
        private var bytes: [UInt8] = []

        init(_ kind: ObjectKind, _ job: Name, _ storage: MemoryStorage) {
            self.kind = kind
            self.job = job
            self.storage = storage
            note()
        }

        var length: Int { bytes.count }

        private func note() { storage.place.jobs[job]?.staged[ObjectIdentifier(self)] = bytes.count }

        func append(_ more: [UInt8]) throws(StoreError) {
            guard bytes.count + more.count <= kind.maximumBytes else {
                throw StoreError(
                    .refused, "put", "memory", "it has more than the \(kind.maximumBytes) bytes of a \(kind)")
            }
            try storage.requireRoom(more.count)
            bytes += more
            note()
        }

        func read(at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
            guard offset >= 0, count >= 0, offset <= bytes.count - count else {
                throw StoreError(.corrupt, "put", "memory", "ends at \(bytes.count)")
            }
            return Array(bytes[offset..<offset + count])
        }

        func finish(
            _ name: Digest256, admit: (ObjectKey) throws(StoreError) -> Void
        ) throws(StoreError) {
            defer { abandon() }
            guard let key = kind.key(name, job: job) else {
                throw StoreError(.failed, "put", "memory", "a \(kind) is not uploaded this way")
            }
            let found = SHA256Hasher.hash(bytes.span)
            guard found == name else {
                throw StoreError(.corrupt, "put", key.path, "arrived with digest \(found)")
            }
            try admit(key)
            let known = storage.place.jobs[job]?.objects[key]
            if let known, known.bytes == bytes { return }
            if let known { storage.place.jobs[job]?.damaged.append(known) }
            storage.place.jobs[job]?.objects[key] = .init(bytes: bytes, modified: storage.now)
        }

        func abandon() { storage.place.jobs[job]?.staged[ObjectIdentifier(self)] = nil }
    }
}

extension MemoryStorage {
    package func hasPlace(for job: Name) -> Bool { place.jobs[job] != nil }

    package func lock(
        _ job: Name, _ lock: JobLock, _ kind: LockKind, holder: String?
    ) -> (any HeldLock)? {
        var state = place.jobs[job]?.locks[lock] ?? .init()
        guard !state.isExclusive, kind == .shared || state.shared == 0 else { return nil }
        if kind == .shared { state.shared += 1 } else { state.isExclusive = true }
        place.jobs[job]?.locks[lock] = state
        if let holder { place.jobs[job]?.holders[lock] = holder }
        return Held { [place] in
            if kind == .shared {
                place.jobs[job]?.locks[lock]?.shared -= 1
            } else {
                place.jobs[job]?.locks[lock]?.isExclusive = false
            }
        }
    }

    private final class Held: HeldLock {
        private let release: @Sendable () -> Void
        init(_ release: @escaping @Sendable () -> Void) { self.release = release }
        deinit { release() }
        func describe(_ text: String) {}
    }

    package func holder(of lock: JobLock, _ job: Name) -> String? { place.jobs[job]?.holders[lock] }

    package func settleNames(_ places: [NamePlace]) {}

    package func sweepTemporaries(_ job: Name) {}

    package func usedBytes() -> Int {
        func sum(_ job: MemoryPlace.Job) -> Int {
            let kept =
                job.objects.filter { $0.key.kind != nil }.map(\.value) + job.damaged
                + job.trash.values.flatMap { Array($0.objects.values) + $0.damaged }
            return kept.reduce(0) { $0 + $1.bytes.count } + job.staged.values.reduce(0, +)
        }
        return place.jobs.values.reduce(0) { $0 + sum($1) } + place.dropped.reduce(0) { $0 + sum($1.job) }
    }

    package func drop(_ job: Name) {
        if let gone = place.jobs.removeValue(forKey: job) { place.dropped.append((job, gone)) }
    }

    package func hasDropped(_ job: Name) -> Bool { place.dropped.contains { $0.name == job } }

    package func measure(_ job: Name) -> FileTally {
        let all = place.dropped.filter { $0.name == job }.map(\.job) + [place.jobs[job]].compactMap { $0 }
        return all.reduce(into: FileTally()) { tally, job in
            for object in job.objects.values {
                tally += FileTally(files: 1, bytes: object.bytes.count)
            }
        }
    }

    package func removeDropped(_ job: Name) -> FileTally {
        let gone = place.dropped.filter { $0.name == job }
        place.dropped.removeAll { $0.name == job }
        return gone.reduce(into: FileTally()) { tally, dropped in
            for object in dropped.job.objects.values {
                tally += FileTally(files: 1, bytes: object.bytes.count)
            }
        }
    }

    package func trash(_ job: Name, isEmptiedAtOnce: Bool) -> any JobTrash {
        MemoryTrash(place, job, clock)
    }
}

/// The trash of a job in memory.
private final class MemoryTrash: JobTrash {
    let removed = FileTally()
    private let place: MemoryPlace
    private let job: Name
    private let clock: any Clock
    private var current: String?

    init(_ place: MemoryPlace, _ job: Name, _ clock: any Clock) {
        self.place = place
        self.job = job
        self.clock = clock
    }

    func batches() -> [TrashBatch] {
        (place.jobs[job]?.trash.values.map(\.batch) ?? []).sorted { $0.name < $1.name }
    }

    func names(in batch: TrashBatch) -> [String] {
        (place.jobs[job]?.trash[batch.name]?.objects.keys).map { keys in
            keys.map { PathText.name(of: $0.path) }.sorted()
        } ?? []
    }

    func bytes() -> Int {
        (place.jobs[job]?.trash.values).map { batches in
            batches.reduce(0) { sum, batch in
                sum + (Array(batch.objects.values) + batch.damaged).reduce(0) { $0 + $1.bytes.count }
            }
        } ?? 0
    }

    private func batch(_ generation: UInt64) -> String {
        if let current { return current }
        let stem = "\(Hex.encode(generation))-\(clock.now.compact)"
        var name = stem
        var number = 1
        while place.jobs[job]?.trash[name] != nil {
            number += 1
            name = "\(stem)-\(number)"
        }
        let batch = TrashBatch(generation: generation, time: clock.now, name: name)
        place.jobs[job]?.trash[name] = .init(batch: batch)
        current = name
        return name
    }

    func put(_ key: ObjectKey, newest generation: UInt64) throws(StoreError) {
        guard let object = place.jobs[job]?.objects.removeValue(forKey: key) else {
            throw StoreError(.notFound, "move", key.path, "no such object")
        }
        let batch = batch(generation)
        place.jobs[job]?.trash[batch]?.objects[key] = object
    }

    func putDamaged(newest generation: UInt64) {
        guard let damaged = place.jobs[job]?.damaged, !damaged.isEmpty else { return }
        place.jobs[job]?.damaged = []
        let batch = batch(generation)
        place.jobs[job]?.trash[batch]?.damaged += damaged
    }

    func putBack(_ key: ObjectKey) {
        guard let current, let object = place.jobs[job]?.trash[current]?.objects.removeValue(forKey: key)
        else { return }
        place.jobs[job]?.objects[key] = object
    }

    func sync() {}

    func undelete(_ batch: TrashBatch) -> Int {
        let kinds: Set<ObjectKind> = [.pack, .map, .index]
        let keys = place.jobs[job]?.trash[batch.name].map { Array($0.objects.keys) } ?? []
        return keys.count { key in
            guard let kind = key.kind, kinds.contains(kind) else { return false }
            return undelete(key, of: batch)
        }
    }

    func undelete(_ key: ObjectKey, of batch: TrashBatch) -> Bool {
        guard place.jobs[job]?.objects[key] == nil,
            let object = place.jobs[job]?.trash[batch.name]?.objects.removeValue(forKey: key)
        else { return false }
        place.jobs[job]?.objects[key] = object
        return true
    }

    func remove(_ batch: TrashBatch) -> FileTally {
        guard let gone = place.jobs[job]?.trash.removeValue(forKey: batch.name) else { return FileTally() }
        let all = Array(gone.objects.values) + gone.damaged
        return FileTally(files: all.count, bytes: all.reduce(0) { $0 + $1.bytes.count })
    }
}
