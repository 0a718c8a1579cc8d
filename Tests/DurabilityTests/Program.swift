import BackupStream
import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport

/// One run of the program on two simulated hosts: what it acknowledges goes into a ledger.
///
/// All that touches a file is the product's own code, in the order in which the commands call it.
struct Program {
    static let root = "/srv/backup/store"
    static let spoolFolder = "/var/spool"
    static let job = JobObject(
        id: Identifier(high: 1, low: 2), name: Name.valid("mdb01"),
        secret: Array(0..<UInt8(Fingerprinter.secretBytes)), created: FixedClock().now)
    private static let storeObject = StoreObject(id: Identifier(high: 3, low: 4), created: FixedClock().now)
    private static let target = Name.valid("vault")

    let hosts: Hosts
    let book: LedgerBook
    /// What the code sees of the hosts' disks.
    let clientFiles: any FileSystem
    let storeFiles: any FileSystem
    private let entropy: SeededEntropy

    /// - Parameter seed: Two runs never draw the same names.
    init(
        _ hosts: Hosts, _ book: LedgerBook, seed: UInt64, client: (any FileSystem)? = nil,
        store: (any FileSystem)? = nil
    ) {
        self.hosts = hosts
        self.book = book
        clientFiles = client ?? hosts.client
        storeFiles = store ?? hosts.store
        entropy = SeededEntropy(seed: seed)
    }

    static func store(_ files: any FileSystem, _ entropy: any Entropy) -> LocalStoreService {
        LocalStoreService(directory: root, files: files, clock: FixedClock(), entropy: entropy)
    }

    private func opened<R>(_ body: (LocalStoreService) throws -> R) throws -> R {
        let store = Self.store(storeFiles, entropy)
        defer { store.close() }
        return try body(store)
    }

    private func state() -> JobState {
        JobState(folder: "/var/lib/hybridrep", job: Self.job.name, files: clientFiles)
    }

    /// `init`: the store, then the job, which an earlier run may have made.
    func initialise() throws {
        try opened { store in
            _ = try store.initialise(Self.storeObject)
            let isThere: Bool
            do throws(StoreError) {
                isThere = try Repository(store, job: Self.job.name).job == Self.job
            } catch {
                guard error.kind == .notFound else { throw error }
                isThere = false
            }
            if !isThere {
                _ = try store.publishJob(Self.job.name, Self.job.encoded(store: Self.storeObject.id))
            }
            try state().remember(Self.job)
            hosts.store.note(TraceLint.acknowledged)
            book.write { $0.isJobMade = true }
        }
    }

    /// `run`: a backup into the spool, and its push.
    func push(_ image: [UInt8]) throws {
        let spool = Spool(Self.spoolFolder, job: Self.job.name, in: clientFiles)
        let lock = try spool.acquire()
        defer { withExtendedLifetime(lock) {} }
        let backup = try Backup(
            of: .stdin, into: spool, job: Self.job.id,
            fingerprinter: Fingerprinter(secret: Self.job.secret), clock: FixedClock(),
            maker: .init(hostName: "mail01", toolVersion: "1.0"),
            standardInput: GivenInput(image)
        ).run()
        let file = try clientFiles.open(backup.imagePath, .read)
        try opened { store in
            book.write { $0.attempted.append(image) }
            let push = Push(
                to: try Repository(store, job: Self.job.name), target: Self.target, job: Self.job,
                state: state(),
                images: Bases(spool: spool), files: clientFiles, entropy: entropy)
            let result = try push.run(
                PushRequest(
                    image: ShippedImage(file: file, signature: backup.signature), kind: .full, health: .good,
                    sourceTime: FixedClock().now, pages: .init(), sourceFacts: [], level: .fixed(1)),
                holder: "test", progress: { _ in })
            hosts.store.note(TraceLint.acknowledged)
            book.write { $0.committed[result.point.generation] = image }
        }
        try spool.expire(keep: 2, alwaysKeep: [])
    }

    /// `forget`: what is there of these.
    func forget(_ generations: UInt64...) throws { try forget(generations) }

    func forget(_ generations: [UInt64]) throws {
        try opened { store in
            let points = try PointShelf(reading: store, job: Self.job.name).points
            var request = ForgetRequest(
                job: Self.job.name,
                items: points.filter { generations.contains($0.generation) }.map {
                    .init(generation: $0.generation, digest: $0.reference.digest, reason: "no rule keeps it")
                }, maker: "test")
            // The clock of these hosts stands still.
            request.trustsClock = true
            request.mayTakeMany = true
            book.write { $0.forgetting.formUnion(generations) }
            _ = try store.forget(request)
            hosts.store.note(TraceLint.acknowledged)
        }
    }

    /// `pin`.
    func pin(_ generation: UInt64) throws {
        try opened { store in
            let repository = try Repository(store, job: Self.job.name)
            let reference = try repository.point(generation).reference
            try repository.add(.pinned) {
                Note($0, point: reference, made: FixedClock().now, maker: "test")
            }
        }
    }

    /// `forget --keep-last`: all but the newest.
    func forgetOldest(keeping count: Int) throws {
        let generations = try opened { store in
            try PointShelf(reading: store, job: Self.job.name).points.dropLast(count).map(\.generation)
        }
        if !generations.isEmpty { try forget(generations) }
    }

    /// `verify --full`: a violation where it finds damage.
    func verify() throws {
        try opened { store in
            let request = CheckRequest(job: Self.job.name, generation: nil, level: .full, seed: 0)
            let report = try store.check(request) { _ in }
            guard report.damage.isEmpty else { throw Violation("a verification finds \(report.damage)") }
        }
    }

    /// `copy` to a store of another host: a violation where it finds damage.
    func copy(to far: any FileSystem) throws {
        try opened { store in
            let there = Self.store(far, entropy)
            defer { there.close() }
            var copy = try StoreCopy(.all, from: try Repository(store, job: Self.job.name), to: there)
            let made = StoreObject(id: Identifier(high: 7, low: 8), created: FixedClock().now)
            let report = try copy.run(makingStore: made, holder: "test") { _ in }
            guard report.damaged.isEmpty else { throw Violation("a copy finds \(report.damaged)") }
        }
    }

    /// `restore` of any point that is there: a violation where it has other bytes than were pushed.
    func restoreAny(_ choice: UInt64) throws {
        try opened { store in
            let repository = try Repository(store, job: Self.job.name)
            let generations = try repository.generations()
            let generation = generations[Int(choice % UInt64(generations.count))]
            var bytes: [UInt8] = []
            let rebuild = try ImageReader(
                try repository.point(generation).point, in: repository, state: nil, .memory)
            try rebuild.run({ _ in }) { (piece) throws(SyncError) in bytes.append(copying: piece) }
            guard book.ledger.attempted.contains(bytes) else {
                throw Violation("point \(generation) is restored with other bytes")
            }
        }
    }

    /// `gc --grace 0s`: all that nothing needs goes, and whatever is dead in a pack.
    func collect() throws {
        try opened { store in
            var request = CollectRequest(job: Self.job.name, maker: "test")
            request.graceSeconds = 0
            request.wastePercent = 0
            _ = try store.collect(request)
            hosts.store.note(TraceLint.acknowledged)
        }
    }

    private struct Bases: BaseImages {
        let spool: Spool

        func base(_ digest: Digest256) -> BaseImage? {
            guard let entry = try? spool.entry(imageDigest: digest, job: Program.job.id),
                let signature = try? spool.signature(of: entry, job: Program.job.id)
            else { return nil }
            return BaseImage(
                signature: signature, file: entry.imagePath.flatMap { try? spool.files.open($0, .read) })
        }
    }

    /// `restore` to a new file.
    func restore(_ generation: UInt64, to path: String) throws {
        try restore(generation, to: path) { image in
            try NewFiles(clientFiles, tag: try Identifier.random(from: entropy).description)
                .write(image, to: path, replacing: false) { _ in }
        }
    }

    /// `restore --in-place` into a file that has something else, or nothing.
    func restoreInPlace(_ generation: UInt64, to path: String) throws {
        let before = (hosts.client.disk.contents[path] ?? nil) ?? []
        book.write { $0.before[path] = $0.before[path] ?? before }
        try restore(generation, to: path) { image in
            let whole = 0..<image.point.layout.length
            _ = try InPlaceRestore(clientFiles, marker: InPlaceRestore.marker(of: path))
                .run([.init(image, [(whole, path)])]) { _ in }
        }
    }

    private func restore(
        _ generation: UInt64, to path: String, _ body: (ImageReader) throws -> Void
    ) throws {
        try opened { store in
            let repository = try Repository(store, job: Self.job.name)
            // Its own, as the state's may have been lost with the power.
            let scratch = "/var/tmp"
            try clientFiles.makeFolder(scratch)
            let image = try ImageReader(
                try repository.point(generation).point, in: repository, state: state(),
                ScratchFolder(scratch, clientFiles))
            book.write {
                $0.restored.remove(path)
                $0.restoring[path] = $0.committed[generation]
            }
            try body(image)
            book.write { $0.restored.insert(path) }
        }
    }
}
