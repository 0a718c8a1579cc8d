import BackupStream
import ESE
import Platform
import TestSupport
import Testing

/// Real databases, where they lie beside the package.
private let samples = PackageRoot.shared("samples")

@Suite(.enabled(if: samples != nil, "no ../shared/samples beside the package"))
struct SampleTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    /// Unpacks one into a folder of its own.
    func folder(_ name: String) throws -> String {
        let folder = bench.path("set")
        try bench.files.makeFolder(folder)
        let unpacked = try Command.run(["gzip", "-dc", try #require(samples) + "/" + name + ".gz"])
        #expect(unpacked.status == 0)
        try bench.files.open(folder + "/" + name, .create).write(unpacked.output.span, at: 0)
        return folder
    }

    @Test(
        "clean ones become images",
        arguments: [
            ("dissect-basic.edb", 4096, 254, 0), ("eseparser-decompress_test.edb", 8192, 254, 0),
            ("dissect-large.edb", 32_768, 766, 0), ("dissect-SRUDB.dat", 4096, 158, 16),
            ("plaso-Catalog1.edb", 4096, 768, 0),
        ])
    func clean(name: String, pageSize: Int, slots: Int, behindEnd: Int) throws {
        let folder = try folder(name)
        let result = try bench.backup(.ese(path: folder, logs: nil))
        #expect(result.health == .good)
        let database = try #require(result.manifest.databases.first)
        #expect(database.pageSize == pageSize)
        #expect(database.pages.seen == slots)
        #expect(database.pages.failed == 0)
        #expect(database.pages.behindEnd == behindEnd)
        #expect(database.verdict?.text == "recoverable, clean: needs no logs")
        try bench.expectSignature(result.signature, describes: bench.read(result.imagePath))
        let raw = try bench.backup(.file(folder + "/" + name))
        #expect(raw.manifest.databases.map(\.pages) == [database.pages])
    }

    @Test(
        "dirty ones without their log do not",
        arguments: [
            ("goese-qmgr.db", "log 23 (0x17) required"),
            ("goese-ual-HyperV-PC-Current.mdb", "log 124 (0x7C) required"),
        ])
    func dirty(name: String, reason: String) throws {
        let error = try bench.failure(of: .ese(path: try folder(name), logs: nil))
        #expect(error.exitCode == 21)
        #expect(error.detail.contains("-543 JET_errRequiredLogFilesMissing: \(reason)"))
    }
}
