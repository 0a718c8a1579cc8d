import BackupStream
import ESE
import Image
import Platform
import TestSupport
import Testing

@Suite struct SetBackupTests {
    let bench: Bench
    var folder: String { bench.path("set") }
    init() throws { bench = try Bench() }

    func source(logs: String? = nil) -> SourceSpecification { .ese(path: folder, logs: logs) }

    func change(_ name: String, _ body: (any OpenFile) throws -> Void) throws {
        try body(bench.files.open(folder + "/" + name, .update))
    }

    @Test("a set becomes a tar that tar opens, with every byte in place", arguments: [PageSize.kib8, .kib32])
    func wholeSet(size: PageSize) throws {
        let set = ESESet(size: size, isDirty: true)
        try set.write(to: folder)
        let result = try bench.backup(source())
        #expect(result.health == .good)
        #expect(result.ownsImage)
        let names = ["mdb01.edb"] + ESELog.names(1...4) + ["E00.chk", "hybridrep.json"]
        let list = try Command.run(["tar", "-tf", result.imagePath])
        #expect(list.stdout.split(separator: "\n").map(String.init) == names)
        try bench.files.makeFolder(bench.path("out"))
        #expect(try Command.run(["tar", "-xf", result.imagePath, "-C", bench.path("out")]).stderr.isEmpty)
        for name in names.dropLast() {
            #expect(try bench.read(bench.path("out") + "/" + name) == bench.read(folder + "/" + name))
        }
        let json = try bench.read(bench.path("out") + "/hybridrep.json")
        #expect(try ImageManifest(parsing: json) == result.manifest)
        #expect(try bench.read(result.entry.manifestPath) == json)
        let image = try bench.read(result.imagePath)
        try bench.expectSignature(result.signature, describes: image)
        let data = result.signature.layout.extents.filter { $0.key.kind == .data }
        #expect(data.map(\.key.name) == names)
        #expect(data.allSatisfy { $0.offset % 65_536 == 0 })
        #expect(data.map(\.blockSize) == [size.bytes] + [Int](repeating: 8192, count: 6))
        #expect(
            result.manifest.databases.map(\.verdict?.text) == [
                "recoverable, complete: needs logs 1-4 (0x1-0x4)"
            ])
        #expect(result.manifest.logs?.first == 1)
        #expect(result.manifest.logs?.last == 4)
    }

    @Test func memberDigestsFollowFromTheMembersAlone() throws {
        try ESESet().write(to: folder)
        let result = try bench.backup(source())
        for member in result.manifest.members {
            let bytes = try bench.read(folder + "/" + member.name)
            let zeros = ZeroFingerprints(bench.fingerprinter)
            let digest = ExtentDigest(length: bytes.count, blockSize: member.blockSize, zeros)
            for start in stride(from: 0, to: bytes.count, by: member.blockSize) {
                let block = Array(bytes[start..<min(start + member.blockSize, bytes.count)])
                digest.add(.data(bench.fingerprinter.fingerprint(block.span)), length: block.count)
            }
            #expect(digest.finish()?.description == member.digest)
        }
    }

    @Test func anUnchangedSetHasTheSameImage() throws {
        try ESESet().write(to: folder)
        let first = try bench.backup(source())
        let second = try bench.backup(source())
        #expect(first.signature.digest == second.signature.digest)
        #expect(try bench.read(first.imagePath) == bench.read(second.imagePath))
    }

    @Test func aStreamingBackupsTrailerIsNoBadPage() throws {
        var set = ESESet(isDirty: true)
        set.database.backup = 1...4
        try set.write(to: folder)
        let result = try bench.backup(source())
        #expect(
            result.manifest.databases.map(\.verdict?.text) == [
                "recoverable by restore: needs logs 1-4 (0x1-0x4)"
            ])
        #expect(result.manifest.databases.map(\.pages.bad) == [0])
        let image = try bench.read(result.imagePath)
        var check = StreamPageCheck(layout: result.signature.layout)
        for start in stride(from: 0, to: image.count, by: 10_007) {
            check.append(image[start..<min(start + 10_007, image.count)].span)
        }
        let findings = check.finish()
        #expect(findings.map(\.fault) == [nil])
        #expect(findings.map(\.database.name) == ["mdb01.edb"])
        #expect(findings.map(\.database.pages) == result.manifest.databases.map(\.pages))
    }

    @Test func badPagesAreNamedAndCounted() throws {
        try ESESet(pages: 200).write(to: folder)
        try change("mdb01.edb") { file in
            for page in 30..<60 { try file.write([0xEE, 1].span, at: (page + 1) * 8192 + 5000) }
        }
        let error = try bench.failure(of: source())
        #expect(error.exitCode == 21)
        #expect(error.detail.hasPrefix("check \(folder)/mdb01.edb: 30 bad pages: 30, 31, 32, "))
        #expect(error.detail.contains(", …; page 30: checksum failed"))
        let accepted = try bench.backup(source(), .init(acceptDamaged: true))
        #expect(accepted.health == .damaged)
        #expect(!accepted.manifest.isSound)
        #expect(accepted.manifest.databases.map(\.pages.badPages.count) == [20])
    }

    @Test func garbageBehindTheEndIsAWarning() throws {
        var set = ESESet()
        set.database.garbageSlots = 5
        try set.write(to: folder)
        let result = try bench.backup(source())
        #expect(result.health == .good)
        #expect(result.manifest.databases.map(\.pages.behindEnd) == [5])
        #expect(result.manifest.warnings.count == 1)
    }

    @Test("a database cut short fails", arguments: [(-100, "multiple"), (-8192 * 3, "owns 64 pages")])
    func truncated(change: Int, reason: String) throws {
        let set = ESESet()
        try set.write(to: folder)
        try self.change("mdb01.edb") { try $0.truncate(to: set.database.byteCount + change) }
        let error = try bench.failure(of: source())
        #expect(error.exitCode == 21)
        #expect(error.detail.contains("truncated: ") && error.detail.contains(reason))
    }

    @Test func aMissingRequiredLogFails() throws {
        try ESESet(isDirty: true).write(to: folder)
        try bench.files.remove(folder + "/E0000000002.log")
        let error = try bench.failure(of: source())
        #expect(error.kind == .notRecoverable)
        #expect(error.exitCode == 21)
        #expect(
            error.detail.contains("-543 JET_errRequiredLogFilesMissing: logs 1-4 (0x1-0x4) required, 2 (0x2)")
        )
    }

    @Test func aMissingCommittedLogIsALossThatCanBeAccepted() throws {
        var set = ESESet(isDirty: true)
        set.database.required = .init(1...3, committed: 4)
        try set.write(to: folder)
        try bench.files.remove(folder + "/E00.log")
        let error = try bench.failure(of: source())
        #expect(error.kind == .recoverableWithLoss)
        #expect(error.detail.contains("-582 JET_errCommittedLogFilesMissing"))
        let accepted = try bench.backup(source(), .init(acceptLoss: true))
        #expect(accepted.health == .damaged)
        #expect(accepted.manifest.databases.map(\.verdict?.code) == [-582])
    }

    @Test func whatDoesNotBelongIsLeftOutAndNoted() throws {
        try ESESet().write(to: folder)
        let foreign = ESELog.chain(1...1, seed: 99)[0]
        try bench.files.open(folder + "/E00res00001.jrs", .create).write(
            [UInt8](repeating: 0, count: 65_536).span, at: 0)
        try bench.files.open(folder + "/readme.txt", .create).write([65].span, at: 0)
        try bench.files.open(folder + "/Other.log", .create).write(foreign.span, at: 0)
        try bench.files.makeFolder(folder + "/sub")
        let result = try bench.backup(source())
        #expect(
            result.manifest.leftOut.map(\.name).sorted() == [
                "E00res00001.jrs", "Other.log", "readme.txt", "sub",
            ])
        #expect(result.manifest.members.count == 6)
    }

    @Test func logsCanLieInAFolderOfTheirOwn() throws {
        let set = ESESet(isDirty: true)
        try set.write(to: folder)
        try bench.files.makeFolder(bench.path("logs"))
        for name in ESELog.names(1...4) + ["E00.chk"] {
            try bench.files.rename(folder + "/" + name, to: bench.path("logs") + "/" + name)
        }
        #expect(try bench.failure(of: source()).kind == .notRecoverable)
        let result = try bench.backup(.ese(path: folder + "/mdb01.edb", logs: bench.path("logs")))
        #expect(result.manifest.members.map(\.name) == ["mdb01.edb"] + ESELog.names(1...4) + ["E00.chk"])
    }

    @Test func aFolderWithoutADatabaseFails() throws {
        try bench.files.makeFolder(folder)
        let error = try bench.failure(of: source())
        #expect(error.exitCode == 20)
        #expect(error.detail == "read \(folder): no database found")
    }

    @Test func aDatabaseWithoutAnyGoodHeaderIsNotTakenForAForeignFile() throws {
        try ESESet().write(to: folder)
        try change("mdb01.edb") { file in
            try file.write([1, 2, 3].span, at: 100)
            try file.write([1, 2, 3].span, at: 8292)
        }
        let error = try bench.failure(of: source())
        #expect(error.exitCode == 21)
        #expect(error.detail.contains("-1018"))
    }

    @Test("a set that changes while it is read fails", arguments: ChangingFiles.Change.allCases)
    func changed(change: ChangingFiles.Change) throws {
        try ESESet().write(to: folder)
        let error = try bench.failure(of: source(), in: ChangingFiles(folder + "/mdb01.edb", change))
        #expect(error.exitCode == 20)
    }

    @Test func theSummaryOfAThousandLogsIsSmall() throws {
        try ESESet().write(to: folder)
        var manifest = try bench.backup(source()).manifest
        let log = try #require(manifest.members.last)
        manifest.members += [ImageManifest.Member](repeating: log, count: 1000)
        manifest.warnings = [String](repeating: String(repeating: "w", count: 300), count: 1000)
        let summary = manifest.summary
        #expect(summary.json.count < 4096)
        #expect(summary.memberCount == 1006)
        #expect(try ManifestSummary(parsing: summary.json) == summary)
    }
}
