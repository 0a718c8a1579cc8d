import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import TestSupport

/// The stores that must behave alike.
enum StoreKind: String, CaseIterable, Sendable, CustomStringConvertible {
    case folder
    case agent

    var description: String { rawValue }

    /// A session of its own with the store in `folder`.
    func open(_ folder: TemporaryFolder, seed: UInt64 = 1) throws -> any ObjectStore {
        switch self {
        case .folder: try folder.directoryStore(seed: seed)
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

    func directoryStore(seed: UInt64 = 1) throws -> DirectoryStore {
        DirectoryStore(
            root: storePath, files: HostFileSystem(), clock: FixedClock(), entropy: SeededEntropy(seed: seed))
    }

    /// Names below `jobs/mdb01/tmp`.
    func temporaryNames() throws -> [String] { try HostFileSystem().list(storePath + "/jobs/mdb01/tmp") }

    /// Changes a file of the store behind its back.
    func damage(_ key: ObjectKey, _ change: (inout [UInt8]) -> Void) throws {
        let files = HostFileSystem()
        let path = storePath + "/" + key.path
        var bytes = try files.contents(path, limit: 1 << 30)
        change(&bytes)
        let file = try files.open(path, .update)
        try file.truncate(to: 0)
        try file.write(bytes.span, at: 0)
    }

    func remove(_ key: ObjectKey) throws { try HostFileSystem().remove(storePath + "/" + key.path) }

    func contents(_ key: ObjectKey) throws -> [UInt8] {
        try HostFileSystem().contents(storePath + "/" + key.path, limit: 1 << 30)
    }
}

let mdb01 = Name.valid("mdb01")

func digest(of bytes: [UInt8]) -> Digest256 { SHA256Hasher.hash(bytes.span) }
