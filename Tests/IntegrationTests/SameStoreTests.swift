import BackupStream
import DeltaSync
import Foundation
import Image
import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import TestSupport
import Testing

@Suite(.enabled(if: LoopbackSSHServer.isAvailable, "needs OpenSSH's server and client"))
struct SameStoreTests {
    /// A host that ships byte arrays to one store; two of the same seed do the same, byte for byte.
    private final class Host {
        let folder: TemporaryFolder
        let files = HostFileSystem()
        let entropy: SeededEntropy
        let job: JobObject
        let state: JobState
        let images = Kept()
        let store: any ObjectStore
        private var nights = 0

        final class Kept: BaseImages {
            var bases: [Digest256: BaseImage] = [:]
            func base(_ digest: Digest256) -> BaseImage? { bases[digest] }
        }

        /// - Parameter open: Opens the store in a folder that does not exist yet.
        init(seed: UInt64, _ open: (String) throws -> any ObjectStore) throws {
            folder = try TemporaryFolder()
            entropy = SeededEntropy(seed: seed)
            let storeID = try Identifier.random(from: entropy)
            job = JobObject(
                id: try Identifier.random(from: entropy), name: Name.valid("mdb01"),
                secret: entropy.bytes(Fingerprinter.secretBytes), created: FixedClock().now)
            state = JobState(folder: folder.path + "/state", job: job.name, files: files)
            store = try open(folder.path + "/store")
            #expect(try store.initialise(StoreObject(id: storeID, created: FixedClock().now)))
            #expect(try store.publishJob(job.name, job.encoded(store: storeID)))
        }

        func push(_ bytes: [UInt8]) throws -> PushResult {
            nights += 1
            let path = folder.path + "/image\(nights)"
            let writer = try SignatureWriter(creating: path + ".sig", job: job.id, in: files)
            var scanner = BlockScanner(Fingerprinter(secret: job.secret), into: writer)
            try scanner.beginExtent(.init(.data, ""), blockSize: 4096)
            try scanner.append(bytes.span)
            let file = try files.open(path, .create)
            try file.write(bytes.span, at: 0)
            let image = ShippedImage(file: file, signature: try scanner.finish())
            var push = Push(
                to: try Repository(store, job: job.name), target: Name.valid("vault"), job: job, state: state,
                images: images, files: files,
                entropy: entropy)
            push.narrowBytes = 8 << 20
            let result = try push.run(
                PushRequest(
                    image: image, kind: .full, health: .good, sourceTime: FixedClock().now, pages: .init(),
                    sourceFacts: [], level: .fixed(3)), holder: "test", progress: { _ in })
            images.bases[image.signature.digest] = BaseImage(signature: image.signature, file: file)
            return result
        }

        /// Content of every object: relative path and bytes, without what the store's side says of its clock.
        func objects() throws -> [String: Data] {
            let root = folder.path + "/store"
            var result: [String: Data] = [:]
            for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
                let type = try FileManager.default.attributesOfItem(atPath: root + "/" + name)[.type]
                guard type as? FileAttributeType == .typeRegular else { continue }
                // The text of a lock file is for people, and names who held it last.
                guard !name.hasSuffix("lock") else { continue }
                let bytes = try Data(contentsOf: URL(fileURLWithPath: root + "/" + name))
                result[name] = name.hasSuffix(".point") ? bytes.dropLast(Receipt.byteCount) : bytes
            }
            return result
        }
    }

    private func folderStore(_ folder: String, seed: UInt64 = 99) -> LocalStoreService {
        LocalStoreService(
            directory: folder, files: HostFileSystem(), clock: FixedClock(),
            entropy: SeededEntropy(seed: seed))
    }

    private func agentStore(_ transport: any Transport) -> AgentStore {
        AgentStore(
            starting: transport, label: "ssh", dialect: Dialect(toolVersion: ToolVersion.current),
            runID: "test")
    }

    private func expectSame(_ one: Host, _ other: Host) throws -> Int {
        try one.store.close()
        try other.store.close()
        let (here, there) = (try one.objects(), try other.objects())
        #expect(here.keys.sorted() == there.keys.sorted())
        for (name, content) in here { #expect(there[name] == content, "\(name)") }
        return here.count
    }

    // Goal of this test: there is one protocol of commit, whatever stands between the client and the store.
    @Test(
        "a store written over SSH is, object for object, the one written to a folder",
        arguments: UInt64(1)...3)
    func sameObjects(seed: UInt64) throws {
        let server = try LoopbackSSHServer()
        let agent = try Command.built("hybridrep")
        let local = try Host(seed: seed) { folderStore($0) }
        let remote = try Host(seed: seed) { folder in
            var options = SSHOptions()
            options.identityFiles = [server.identityPath]
            options.knownHostsFile = server.knownHostsPath
            let transport = try SSHTransport(
                to: SSHDestination(user: server.user, host: server.host, port: server.port),
                command: "\(agent) serve --store \(folder)", options: options)
            return agentStore(transport)
        }
        var random = SeededGenerator(seed: seed)
        // More than a frame and, at the first night, more than a request.
        var bytes = random.bytes(3_000_000)
        for night in 1...4 {
            let results = try [local, remote].map { try $0.push(bytes) }
            #expect(results[0] == results[1], "night \(night)")
            for _ in 0..<20 {
                let at = Int.random(in: 0..<bytes.count - 500, using: &random)
                bytes.replaceSubrange(at..<at + 400, with: random.bytes(400))
            }
            bytes += random.bytes(10_000)
        }
        // STORE, job, and four nights of pack, map, index and point at least.
        #expect(try expectSame(local, remote) >= 18)
    }

    // Goal of this test: lanes decide which pack a frame lies in; what stands between the client and the store does
    // not. A long line is between them, so that nothing arrives before it is asked for.
    @Test(
        "a store written over lanes of one connection is the one written to a folder in as many",
        arguments: [3, 4])
    func sameObjectsOverLanes(allowed: Int) throws {
        let server = try LoopbackSSHServer(configuration: ["MaxSessions \(allowed)", "LogLevel VERBOSE"])
        let proxy = try DelayProxy(to: server.port, roundTripMilliseconds: 20)
        try server.write("known_far", "[\(server.host)]:\(proxy.port) " + server.publicKey("host_key"))
        let agent = try Command.built("hybridrep")
        let local = try Host(seed: 7) { folder in
            LanedStore(leading: folderStore(folder)) {
                (1..<UInt64(allowed)).map { folderStore(folder, seed: 99 + $0) }
            }
        }
        let remote = try Host(seed: 7) { folder in
            var options = SSHOptions()
            options.identityFiles = [server.identityPath]
            options.knownHostsFile = server.path("known_far")
            let connection = try SSHConnection(
                to: SSHDestination(user: server.user, host: server.host, port: proxy.port), options: options)
            let command = "\(agent) serve --store \(folder)"
            let lead = agentStore(try SSHTransport(in: connection, command: command))
            return LanedStore(leading: lead) {
                (1..<4).map { _ in agentStore(SSHTransport(starting: command, in: connection)) }
                    .filter { (try? $0.greet()) != nil }
            }
        }
        var random = SeededGenerator(seed: 7)
        let bytes = random.bytes(16 << 20)
        let results = try [local, remote].map { try $0.push(bytes) }
        #expect(results[0] == results[1])
        #expect(remote.store.traffic.sentBytes > 16 << 20)
        // STORE, job, map, index, point, and a pack a lane.
        #expect(try expectSame(local, remote) == 5 + allowed)
        #expect(server.logLines(with: "Starting session: command") == allowed)
        #expect(server.logLines(with: "Accepted publickey") == 1)
    }
}
