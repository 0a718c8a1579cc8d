import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport

/// A job, a store and this host's state in a folder of their own; ships byte arrays as images.
final class Shipment {
    let folder: TemporaryFolder
    let files: any FileSystem
    let job: JobObject
    let target = Name.valid("vault")
    let entropy: SeededEntropy
    let kept = KeptImages()
    private var images = 0

    /// The images this host still has.
    final class KeptImages: BaseImages {
        var bases: [Digest256: BaseImage] = [:]
        func base(_ digest: Digest256) -> BaseImage? { bases[digest] }
    }

    /// - Parameter secret: The job's; drawn from the seed by default.
    init(seed: UInt64 = 1, secret: [UInt8]? = nil, on files: any FileSystem = HostFileSystem()) throws {
        self.files = files
        folder = try TemporaryFolder()
        entropy = SeededEntropy(seed: seed)
        job = JobObject(
            id: try Identifier.random(from: entropy), name: Name.valid("mdb01"),
            secret: secret ?? entropy.bytes(Fingerprinter.secretBytes), created: FixedClock().now)
        let store = store()
        let id = try Identifier.random(from: entropy)
        _ = try store.initialise(StoreObject(id: id, created: FixedClock().now))
        _ = try store.publishJob(job.name, job.encoded(store: id))
    }

    /// The same job, store and host on a copy of its files, with random numbers of its own.
    init(copying other: Shipment, on files: any FileSystem, seed: UInt64) {
        self.files = files
        folder = other.folder
        job = other.job
        entropy = SeededEntropy(seed: seed)
        images = other.images
        kept.bases = other.kept.bases
    }

    func store() -> LocalStoreService {
        LocalStoreService(
            directory: folder.path + "/store", files: files, clock: FixedClock(),
            entropy: SeededEntropy(seed: 99))
    }

    func state() -> JobState {
        JobState(folder: folder.path + "/state", job: job.name, files: files)
    }

    /// Members as one image: each its data extent, with a header of structure in front.
    func image(_ members: [(name: String, bytes: [UInt8], blockSize: Int)]) throws -> ShippedImage {
        images += 1
        let path = folder.path + "/image\(images)"
        let writer = try SignatureWriter(creating: path + ".sig", job: job.id, in: files)
        var scanner = BlockScanner(Fingerprinter(secret: job.secret), into: writer)
        var whole: [UInt8] = []
        for member in members {
            if members.count > 1 {
                let header = Array("header of \(member.name), \(member.bytes.count) bytes".utf8)
                try scanner.beginExtent(.init(.structure, member.name), blockSize: Extent.defaultBlockSize)
                try scanner.append(header.span)
                whole += header
            }
            try scanner.beginExtent(.init(.data, member.name), blockSize: member.blockSize)
            try scanner.append(member.bytes.span)
            whole += member.bytes
        }
        let file = try files.open(path, .create)
        try file.write(whole.span, at: 0)
        return ShippedImage(file: file, signature: try scanner.finish())
    }

    func image(_ bytes: [UInt8], blockSize: Int = 4096) throws -> ShippedImage {
        try image([("", bytes, blockSize)])
    }

    @discardableResult func push(
        _ image: ShippedImage, kind: PushRequest.Kind = .full, health: Point.Health = .good,
        at time: Timestamp = FixedClock().now, keep: Bool = true, comparesFully: Bool = false,
        provesFully: Bool = false, isGated: Bool = false, suspicions: [Point.Hold.Reason] = [],
        to given: (any ObjectStore)? = nil, in session: Repository? = nil,
        packBytes: Int = PackBuilder.targetBytes,
        _ change: (inout PushRequest) -> Void = { _ in }
    ) throws -> PushResult {
        var push = Push(
            to: try session ?? Repository(given ?? store(), job: job.name), target: target, job: job,
            state: state(), images: kept, files: files,
            entropy: entropy)
        push.narrowBytes = 8 << 20
        push.packBytes = packBytes
        var request = PushRequest(
            image: image, kind: kind, health: health, sourceTime: time, pages: .init(),
            sourceFacts: [], level: .fixed(3), comparesFully: comparesFully, provesFully: provesFully)
        request.isGated = isGated
        request.suspicions = suspicions
        change(&request)
        let result = try push.run(request, holder: "test", progress: { _ in })
        if keep {
            kept.bases[image.signature.digest] = BaseImage(signature: image.signature, file: image.file)
        }
        return result
    }

    /// A point's image, from the store alone.
    func restored(_ generation: UInt64) throws -> [UInt8] {
        let store = store()
        let repository = try Repository(store, job: job.name)
        let rebuild = try ImageReader(
            try repository.point(generation).point, in: repository, state: nil, .memory)
        var bytes: [UInt8] = []
        try rebuild.run({ _ in }) { (piece) throws(SyncError) in bytes.append(copying: piece) }
        return bytes
    }

    /// What the store's own check says.
    func check(_ level: CheckRequest.Level, _ generation: UInt64? = nil) throws -> CheckReport {
        try store().check(CheckRequest(job: job.name, generation: generation, level: level, seed: 1)) { _ in }
    }

    /// The path of an object of the store.
    func path(_ key: ObjectKey) -> String { folder.path + "/store/" + key.path }

    /// Changes a file behind everybody's back.
    func damage(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try files.contents(path, limit: 1 << 30)
        change(&bytes)
        try files.remove(path)
        try files.open(path, .create).write(bytes.span, at: 0)
    }

    func bytes(of image: ShippedImage) throws -> [UInt8] {
        try image.file.bytes(at: 0, count: image.signature.layout.length)
    }
}
