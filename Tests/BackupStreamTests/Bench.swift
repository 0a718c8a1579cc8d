import BackupStream
import ESE
import Image
import Platform
import Synchronization
import TestSupport
import Testing

/// A spool in a folder of its own, and all that a backup needs.
struct Bench {
    let folder: TemporaryFolder
    let files = HostFileSystem()
    let spool: Spool
    let job = Identifier(high: 1, low: 2)
    let fingerprinter: Fingerprinter
    let clock = StillClock()

    /// - Parameter parent: As that of ``TemporaryFolder``.
    init(in parent: String? = nil) throws {
        folder = try TemporaryFolder(in: parent)
        var generator = SeededGenerator(seed: 42)
        fingerprinter = Fingerprinter(secret: generator.bytes(Fingerprinter.secretBytes))
        let name = try #require(Name("mdb01"))
        spool = Spool(folder.path + "/spool", job: name, in: files)
        // Makes its folder.
        withExtendedLifetime(try spool.acquire()) {}
    }

    func path(_ name: String) -> String { folder.path + "/" + name }

    @discardableResult func write(_ bytes: [UInt8], to name: String) throws -> String {
        try files.open(path(name), .create).write(bytes.span, at: 0)
        return path(name)
    }

    func read(_ path: String) throws -> [UInt8] { try files.contents(path, limit: 1 << 30) }

    func backup(
        _ source: SourceSpecification, _ options: Backup.Options = .init(), in files: (any FileSystem)? = nil,
        input: GivenInput? = nil
    ) throws -> BackupResult {
        var spool = self.spool
        if let files, let name = Name("mdb01") {
            spool = Spool(folder.path + "/spool", job: name, in: files)
        }
        return try maker(source, options, into: spool, input: input).run()
    }

    func maker(
        _ source: SourceSpecification, _ options: Backup.Options = .init(), into spool: Spool? = nil,
        input: GivenInput? = nil, pulse: @escaping ReadPulse = {}
    ) -> Backup {
        Backup(
            of: source, into: spool ?? self.spool, job: job, fingerprinter: fingerprinter, clock: clock,
            maker: .init(hostName: "host1", toolVersion: "1.0"), options: options, standardInput: input,
            pulse: pulse)
    }

    /// What is in the job's spool folder, its lock aside.
    func spooled() throws -> [String] { try files.list(spool.folder).filter { $0 != "lock" } }

    /// Runs a backup that must fail, and checks that it left nothing.
    func failure(
        of source: SourceSpecification, _ options: Backup.Options = .init(), in files: (any FileSystem)? = nil
    ) throws -> BackupError {
        let error = #expect(throws: BackupError.self) { _ = try backup(source, options, in: files) }
        #expect(try spooled().isEmpty)
        return try #require(error)
    }

    /// Compares a signature with one made the slow way: blocks cut from the whole image.
    func expectSignature(_ signature: Image.Signature, describes image: [UInt8]) throws {
        #expect(signature.layout.length == image.count)
        var digest = ImageDigest(signature.layout)
        for (number, extent) in signature.layout.extents.enumerated() {
            for index in 0..<extent.blockCount {
                let block = Array(image[extent.range(ofBlock: index)])
                let content = try signature.content(ofBlock: signature.layout.firstBlocks[number] + index)
                let fingerprint = fingerprinter.fingerprint(block.span)
                let zeros = [UInt8](repeating: 0, count: block.count)
                #expect(content == (block == zeros ? .zero : .data(fingerprint)))
                digest.add(fingerprint)
            }
        }
        #expect(digest.finish() == signature.digest)
    }
}

/// A clock that stands still, and for which waiting takes no time.
final class StillClock: Clock {
    private let waited = Mutex<[Int]>([])
    /// Milliseconds of every pause so far.
    var pauses: [Int] { waited.withLock { $0 } }
    var now: Timestamp { Timestamp(seconds: 1_795_312_804) }
    var monotonicNanoseconds: UInt64 { 0 }
    func sleep(milliseconds: Int) { waited.withLock { $0.append(milliseconds) } }
}
