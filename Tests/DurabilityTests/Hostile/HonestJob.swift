import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreAgent
import StoreFormat
import TestSupport

/// A job whose owner ships a night at a time to a store that others may write to as well.
final class HonestJob {
    static let root = "/store"
    static let name = Name.valid("db")
    static let owner = Maker(Name.valid("owner"))
    private static let target = Name.valid("vault")
    private static let blockSize = 4096

    let storeFiles = LockingFiles(MemoryFileSystem())
    private let hostFiles = MemoryFileSystem()
    let job: JobObject
    let storeID: Identifier
    private var random: SeededGenerator
    private let entropy: SeededEntropy
    private let kept = KeptImages()
    private var images = 0
    private var source: [UInt8]
    /// The image of each point whose commit was acknowledged and that the owner has not let go.
    private(set) var committed: [UInt64: [UInt8]] = [:]

    private final class KeptImages: BaseImages {
        var bases: [Digest256: BaseImage] = [:]
        func base(_ digest: Digest256) -> BaseImage? { bases[digest] }
    }

    init(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        entropy = SeededEntropy(seed: seed)
        storeID = Identifier(high: random.next(), low: random.next())
        job = JobObject(
            id: Identifier(high: random.next(), low: random.next()), name: Self.name,
            secret: random.bytes(Fingerprinter.secretBytes), created: FixedClock().now)
        source = random.bytes(24 * Self.blockSize)
        self.random = random
        let store = directory()
        _ = try store.initialise(StoreObject(id: storeID, created: FixedClock().now))
        _ = try store.publishJob(Self.name, job.encoded(store: storeID))
        store.close()
    }

    /// The store as its own host sees it.
    func directory() -> LocalStoreService {
        LocalStoreService(directory: Self.root, files: storeFiles, clock: FixedClock(), entropy: entropy)
    }

    /// A session with an agent that serves a key which may only add.
    func session(of maker: Maker?, seed: UInt64) throws -> AgentStore {
        try AgentStore(
            over: PipeTransport(
                serving: Self.root, files: storeFiles, seed: seed, maker: maker,
                rights: DeletionPermissions(mayForget: false)),
            label: "vault", dialect: Dialect(toolVersion: "1.0"), runID: "run")
    }

    /// One night: the source changes a little, and is pushed and checked.
    func night() throws {
        for _ in 0..<3 {
            let at = Int.random(in: 0..<source.count - 200, using: &random)
            source.replaceSubrange(at..<at + 100, with: random.bytes(100))
        }
        let image = try image(source)
        let store = try session(of: Self.owner, seed: random.next())
        let push = Push(
            to: try Repository(store, job: Self.name), target: Self.target, job: job,
            state: JobState(folder: "/state", job: Self.name, files: hostFiles), images: kept,
            files: hostFiles, entropy: entropy)
        var request = PushRequest(
            image: image, kind: .full, health: .good, sourceTime: FixedClock().now, pages: .init(),
            sourceFacts: [], level: .fixed(1))
        request.isGated = true
        let result = try push.run(request, holder: "owner") { _ in }
        committed[result.point.generation] = source
        kept.bases[image.signature.digest] = BaseImage(signature: image.signature, file: image.file)
        try store.close()
    }

    private func image(_ bytes: [UInt8]) throws -> ShippedImage {
        images += 1
        let path = "/images/\(images)"
        let writer = try SignatureWriter(creating: path + ".sig", job: job.id, in: hostFiles)
        var scanner = BlockScanner(Fingerprinter(secret: job.secret), into: writer)
        try scanner.beginExtent(.init(.data, ""), blockSize: Self.blockSize)
        try scanner.append(bytes.span)
        let file = try hostFiles.open(path, .create)
        try file.write(bytes.span, at: 0)
        return ShippedImage(file: file, signature: try scanner.finish())
    }

    /// Retention and collection on the store's host: the newest points stay, what nothing needs goes at once.
    func keep(_ count: Int) throws {
        let store = directory()
        defer { store.close() }
        let old = committed.keys.sorted().dropLast(count)
        let repository = try Repository(store, job: Self.name)
        var request = ForgetRequest(
            job: Self.name,
            items: try old.map {
                .init(generation: $0, digest: try repository.point($0).digest, reason: "no rule keeps it")
            }, maker: "owner")
        request.mayTakeMany = true
        request.trustsClock = true
        if !old.isEmpty {
            for generation in try store.forget(request).forgotten { committed[generation] = nil }
        }
        var collection = CollectRequest(job: Self.name, maker: "owner")
        collection.graceSeconds = 0
        collection.wastePercent = 0
        _ = try store.collect(collection)
    }

    /// The honest points that do not come back byte for byte.
    func lost() -> [String] {
        let store = directory()
        defer { store.close() }
        return committed.keys.sorted().compactMap { generation in
            do {
                let repository = try Repository(store, job: Self.name)
                let point = try repository.point(generation).point
                let reader = try ImageReader(point, in: repository, state: nil, .memory)
                var bytes: [UInt8] = []
                try reader.run({ _ in }) { (piece) throws(SyncError) in bytes.append(copying: piece) }
                return bytes == committed[generation] ? nil : "point \(generation) has other bytes"
            } catch { return "point \(generation): \(error)" }
        }
    }
}
