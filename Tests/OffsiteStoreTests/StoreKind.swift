import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import TestSupport

/// The stores that must behave alike.
enum StoreKind: String, CaseIterable, Sendable, CustomStringConvertible {
    case folder
    case agent
    case memory

    /// Those of which every file is on this host's disk.
    static let onDisk: [StoreKind] = [.folder, .agent]

    var description: String { rawValue }

    /// A session of its own with the store in `folder`.
    func open(_ folder: TemporaryFolder, seed: UInt64 = 1) throws -> any ObjectStore {
        switch self {
        case .folder: try folder.directoryStore(seed: seed)
        case .memory:
            LocalStoreService(
                MemoryStorage(in: try folder.memory(), clock: FixedClock()), clock: FixedClock())
        case .agent:
            try AgentStore(
                over: try PipeTransport(serving: folder.storePath, seed: seed),
                label: "agent of \(folder.path)",
                dialect: Dialect(toolVersion: "1.0-near"), runID: "run-\(seed)")
        }
    }
}

extension TemporaryFolder {
    var storePath: String { path + "/store" }

    /// A session with the store where it is: on disk, or in memory where it was opened there before.
    func directoryStore(seed: UInt64 = 1) throws -> LocalStoreService {
        if let place = MemoryPlace.of(storePath) {
            return LocalStoreService(MemoryStorage(in: place, clock: FixedClock()), clock: FixedClock())
        }
        return try diskStore(seed: seed)
    }

    /// The store in memory; begins as what is on disk.
    func memory() throws -> MemoryPlace {
        if let place = MemoryPlace.of(storePath) { return place }
        let disk = try diskStore(seed: 1)
        let place = MemoryPlace.make(for: storePath)
        let storage = MemoryStorage(in: place, clock: FixedClock())
        guard let store = try disk.length(of: .store) else { return place }
        storage.prepare(for: nil)
        func copy(_ key: ObjectKey, _ length: Int) throws {
            let bytes = try disk.whole(ListedObject(key: key, length: length), limit: length)
            _ = try storage.create(key, bytes)
        }
        try copy(.store, store)
        for job in try disk.jobs() {
            storage.prepare(for: job)
            if let length = try disk.length(of: .job(job)) { try copy(.job(job), length) }
            for kind in ObjectKind.allCases {
                for object in try disk.list(kind, job: job) { try copy(object.key, object.length) }
            }
        }
        disk.close()
        return place
    }

    private func diskStore(seed: UInt64) throws -> LocalStoreService {
        LocalStoreService(
            directory: storePath, files: HostFileSystem(), clock: FixedClock(),
            entropy: SeededEntropy(seed: seed))
    }

    /// Names below `jobs/mdb01/tmp`.
    func temporaryNames() throws -> [String] {
        if let place = MemoryPlace.of(storePath) { return place.underWay }
        return try HostFileSystem().list(storePath + "/jobs/mdb01/tmp")
    }

    /// Changes a file of the store behind its back.
    func damage(_ key: ObjectKey, _ change: (inout [UInt8]) -> Void) throws {
        if let place = MemoryPlace.of(storePath) {
            return place.damage(key) { bytes in
                var bytes = bytes
                change(&bytes)
                return bytes
            }
        }
        let files = HostFileSystem()
        let path = storePath + "/" + key.path
        var bytes = try files.contents(path, limit: 1 << 30)
        change(&bytes)
        let file = try files.open(path, .update)
        try file.truncate(to: 0)
        try file.write(bytes.span, at: 0)
    }

    /// Puts a new file into the store behind its back.
    func put(_ key: ObjectKey, _ bytes: [UInt8]) throws {
        if let place = MemoryPlace.of(storePath) { return place.put(key, bytes) }
        let file = try HostFileSystem().open(storePath + "/" + key.path, .create)
        try file.write(bytes.span, at: 0)
    }

    func remove(_ key: ObjectKey) throws {
        if let place = MemoryPlace.of(storePath) { return place.damage(key) { _ in nil } }
        try HostFileSystem().remove(storePath + "/" + key.path)
    }

    func contents(_ key: ObjectKey) throws -> [UInt8] {
        if let place = MemoryPlace.of(storePath) { return place.contents[key] ?? [] }
        return try HostFileSystem().contents(storePath + "/" + key.path, limit: 1 << 30)
    }
}

let mdb01 = Name.valid("mdb01")

func digest(of bytes: [UInt8]) -> Digest256 { SHA256Hasher.hash(bytes.span) }
