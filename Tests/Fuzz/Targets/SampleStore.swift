internal import DeltaSync
internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import TestSupport

/// A store of two small points in memory: where inputs come from, and what peers are served from.
struct SampleStore: Sendable {
    static let jobName = Name.valid("mdb01")
    static let root = "/store"

    /// The files as two pushes left them.
    let files: MemoryFileSystem
    let job: JobObject

    private static let made = Result { try SampleStore() }
    static var shared: SampleStore { get throws { try made.get() } }

    private init() throws {
        files = MemoryFileSystem()
        let entropy = SeededEntropy(seed: 1)
        job = JobObject(
            id: Reseal.job, name: Self.jobName, secret: entropy.bytes(Fingerprinter.secretBytes),
            created: FixedClock().now)
        let store = Self.open(files)
        _ = try store.initialise(StoreObject(id: Reseal.store, created: FixedClock().now))
        _ = try store.publishJob(job.name, job.encoded(store: Reseal.store))
        files.makeFolder("/state")
        let state = JobState(folder: "/state", job: job.name, files: files)
        let kept = Kept()
        var random = SeededGenerator(seed: 7)
        // Blocks of 64 bytes: some random, some alike, some zero; the second image differs in a few and moves.
        var old = random.bytes(640) + [UInt8](repeating: 9, count: 320) + [UInt8](repeating: 0, count: 256)
        for name in ["a", "b"] {
            if name == "b" {
                old[70] ^= 1
                old = [UInt8](repeating: 3, count: 40) + old
            }
            let image = try image(old, head: name == "b" ? 40 : 0)
            let push = Push(
                to: try Repository(Self.open(files), job: job.name), target: Name.valid("vault"), job: job,
                state: state, images: kept,
                files: files, entropy: entropy)
            _ = try push.run(
                PushRequest(
                    image: image, kind: .full, health: .good, sourceTime: FixedClock().now, pages: .init(),
                    sourceFacts: [0x7B, 0x7D], level: .fixed(3)), holder: "test", progress: { _ in })
            kept.bases[image.signature.digest] = BaseImage(signature: image.signature, file: image.file)
        }
    }

    static func open(_ files: MemoryFileSystem) -> LocalStoreService {
        LocalStoreService(
            directory: root, files: files, clock: FixedClock(), entropy: SeededEntropy(seed: 99))
    }

    private final class Kept: BaseImages {
        var bases: [Digest256: BaseImage] = [:]
        func base(_ digest: Digest256) -> BaseImage? { bases[digest] }
    }

    private func image(_ bytes: [UInt8], head: Int) throws -> ShippedImage {
        let path = "/image\(head)"
        let writer = try SignatureWriter(creating: path + ".sig", job: job.id, in: files)
        var scanner = BlockScanner(Fingerprinter(secret: job.secret), into: writer)
        try scanner.beginExtent(.init(.structure, "a"), blockSize: 8192)
        try scanner.append(bytes.span.extracting(0..<head))
        try scanner.beginExtent(.init(.data, "a"), blockSize: 64)
        try scanner.append(bytes.span.extracting(head..<bytes.count))
        return ShippedImage(file: MemoryFile(bytes), signature: try scanner.finish())
    }

    /// The files whose path holds `part`.
    func objects(_ part: String) -> [[UInt8]] {
        files.contents.filter { $0.key.contains(part) }.sorted { $0.key < $1.key }.map(\.value)
    }

    var signature: [UInt8] { files.contents["/image40.sig"] ?? [] }

    /// The frames of its packs.
    var frames: [[UInt8]] {
        objects(".pack").flatMap { pack -> [[UInt8]] in
            let footer = try? PackTail.footer(length: pack.count, job: job.id, format: { $0 }) {
                (offset, count) throws(FormatError) in
                Array(pack[offset..<offset + count])
            }
            return (footer?.entries ?? []).map { Array(pack[$0.offset..<$0.offset + $0.length]) }
        }
    }
}
