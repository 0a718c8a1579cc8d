import BackupStream
import ESE
import Image
import Platform
import TestSupport
import Testing

@Suite struct LogPointDecisionTests {
    let bench: Bench
    var folder: String { bench.path("set") }
    init() throws { bench = try Bench() }

    private static let day = 86_400

    /// A set with logs 1 to 4, backed up whole; the clock stands still, so its age is 0.
    private func full(_ set: ESESet = ESESet(isDirty: true), _ options: Backup.Options = .init()) throws
        -> LogBasis
    {
        try set.write(to: folder)
        _ = try bench.backup(.ese(path: folder, logs: nil), options)
        return try #require(try LogBasis(newestFullOf: bench.spool, job: bench.job))
    }

    /// The set's logs as they are after some more generations.
    private func roll(_ set: ESESet, to last: Int32, circular: Bool = false) throws {
        for name in try bench.files.list(folder) where name.hasSuffix(".log") {
            try bench.files.remove(folder + "/" + name)
        }
        let logs = Array(zip(ESELog.names(1...last), ESELog.chain(1...last, seed: set.database.seed)))
        for (name, bytes) in logs {
            var bytes = bytes
            if circular {
                bytes[639] |= 2
                var header = Array(bytes[..<4096])
                header.sealHeader()
                bytes.replaceSubrange(0..<4096, with: header)
            }
            try bench.files.open(folder + "/" + name, .create).write(bytes.span, at: 0)
        }
    }

    private func runLogs(
        _ basis: LogBasis, every: Int = day, ageSeconds: Int = 0
    ) throws -> Backup.LogOutcome {
        let shifted = LogBasis(
            imageDigest: basis.imageDigest,
            sourceTime: Timestamp(seconds: basis.sourceTime.seconds - Int64(ageSeconds)),
            isSound: basis.isSound, databases: basis.databases)
        return try bench.maker(.ese(path: folder, logs: nil))
            .runLogs(continuing: shifted, fullEverySeconds: every)
    }

    private func reason(_ outcome: Backup.LogOutcome) -> FullReason? {
        if case .needsFull(let reason) = outcome { reason } else { nil }
    }

    @Test("an image of logs holds all from the first that the full requires, the checkpoint and the manifest")
    func image() throws {
        let set = ESESet(isDirty: true)
        let basis = try full(set)
        try roll(set, to: 6)
        guard case .image(let result) = try runLogs(basis) else {
            Issue.record("a full was asked for")
            return
        }
        #expect(result.health == .good)
        #expect(result.manifest.kind == .logs)
        #expect(result.manifest.full?.image == basis.imageDigest.description)
        #expect(result.manifest.logs?.first == 1)
        #expect(result.manifest.logs?.last == 6)
        #expect(result.manifest.warnings == [])
        let list = try Command.run(["tar", "-tf", result.imagePath])
        let names = ESELog.names(1...6) + ["hybridrep.json"]
        #expect(list.stdout.split(separator: "\n").map(String.init) == names)
        let data = result.signature.layout.extents.filter { $0.key.kind == .data }
        #expect(data.map(\.key.name) == names)
        #expect(data.allSatisfy { $0.offset % 65_536 == 0 })
        #expect(try ImageManifest(parsing: bench.read(result.entry.manifestPath)) == result.manifest)
        #expect(try bench.spool.newest(.full)?.name != result.entry.name)
        #expect(try bench.spool.newest(.logs)?.name == result.entry.name)
    }

    @Test("a clean database's logs are taken from its last consistent position on")
    func clean() throws {
        let set = ESESet(isDirty: false)
        let basis = try full(set)
        try roll(set, to: 5)
        guard case .image(let result) = try runLogs(basis) else {
            Issue.record("a full was asked for")
            return
        }
        #expect(result.manifest.logs?.first == 1)
        #expect(result.manifest.logs?.last == 5)
    }

    @Test(
        "a full is due at 95 % of its interval",
        arguments: [(82_079, false), (82_080, true), (86_400, true), (0, false), (-1, true)])
    func due(age: Int, isDue: Bool) throws {
        let set = ESESet(isDirty: true)
        let outcome = try runLogs(try full(set), ageSeconds: age)
        let expected: FullReason? = age < 0 ? .clockSetBack : isDue ? .due(ageSeconds: age) : nil
        #expect(reason(outcome) == expected)
    }

    @Test(
        "any log that is missing since the full makes the next run a full", arguments: 1...6, [false, true])
    func missing(generation: Int, isCircular: Bool) throws {
        let set = ESESet(isDirty: true)
        let basis = try full(set)
        try roll(set, to: 7, circular: isCircular)
        try bench.files.remove(folder + "/" + ESELog.names(1...7)[generation - 1])
        guard case .logs(let text, let noticed) = reason(try runLogs(basis)) else {
            Issue.record("a log point was taken")
            return
        }
        #expect(noticed == isCircular)
        #expect(
            text.contains(generation <= 4 ? "-543" : "-528"), "generation \(generation): \(text)")
        #expect(try bench.spooled().count == 3)
    }

    @Test func anotherDatabaseUnderTheNameNeedsAFull() throws {
        let basis = try full()
        try bench.files.remove(folder + "/mdb01.edb")
        let other = ESESet(seed: 2, isDirty: true)
        try other.database.write(to: bench.files.open(folder + "/mdb01.edb", .create))
        #expect(reason(try runLogs(basis)) == .databaseReplaced("mdb01.edb"))
    }

    @Test func anOlderCopyOfTheDatabaseNeedsAFull() throws {
        let basis = try full()
        let file = try bench.files.open(folder + "/mdb01.edb", .update)
        var header = try file.bytes(at: 0, count: 8192)
        header.put(UInt64(9_000), at: 16)
        header.sealHeader()
        for slot in 0..<2 { try file.write(header.span, at: slot * 8192) }
        #expect(reason(try runLogs(basis)) == .databaseReplaced("mdb01.edb"))
    }

    @Test("a newest log that nobody can read needs a full", arguments: [6, 7])
    func unreadable(generation: Int) throws {
        let set = ESESet(isDirty: true)
        let basis = try full(set)
        try roll(set, to: 7)
        let name = ESELog.names(1...7)[generation - 1]
        try bench.files.open(folder + "/" + name, .update).write([0xFF, 0xFF].span, at: 700)
        guard case .logs(let text, _) = reason(try runLogs(basis)) else {
            Issue.record("a log point was taken")
            return
        }
        #expect(text == "\(name) cannot be read")
    }

    @Test func aTextThatIsNamedLikeALogNeedsNone() throws {
        let set = ESESet(isDirty: true)
        let basis = try full(set)
        try roll(set, to: 5)
        try bench.files.open(folder + "/dns.log", .create).write(Array("started\n".utf8).span, at: 0)
        #expect(reason(try runLogs(basis)) == nil)
    }

    @Test func aFullWithSuspectPagesIsNotContinued() throws {
        let set = ESESet(isDirty: true)
        try set.write(to: folder)
        let result = try bench.backup(.ese(path: folder, logs: nil))
        var lost = LostWrites()
        let page = SuspectPage(member: "mdb01.edb", page: 9, dbtime: 1, dbtimeBefore: 2, objectID: 3)
        lost.merge(LostWrites([page]))
        _ = try result.entry.record(lost, in: bench.files)
        let basis = try #require(try LogBasis(newestFullOf: bench.spool, job: bench.job))
        #expect(reason(try runLogs(basis)) == .unsound)
    }

    @Test func anotherLogStreamNeedsAFull() throws {
        let basis = try full()
        let file = try bench.files.open(folder + "/mdb01.edb", .update)
        var header = try file.bytes(at: 0, count: 8192)
        header.put(ESELog.signature(seed: 99), at: 108)
        header.sealHeader()
        for slot in 0..<2 { try file.write(header.span, at: slot * 8192) }
        #expect(reason(try runLogs(basis)) == .logSignatureChanged("mdb01.edb"))
    }

    @Test func aDatabaseMoreOrLessNeedsAFull() throws {
        let set = ESESet(isDirty: true)
        let basis = try full(set)
        try set.database.write(to: bench.files.open(folder + "/mdb02.edb", .create))
        #expect(reason(try runLogs(basis)) == .databaseAdded("mdb02.edb"))
        try bench.files.remove(folder + "/mdb01.edb")
        #expect(reason(try runLogs(basis)) == .databaseAdded("mdb02.edb"))
        let two = LogBasis(
            imageDigest: basis.imageDigest, sourceTime: basis.sourceTime, isSound: true,
            databases: basis.databases.map {
                .init(
                    name: "mdb02.edb", signature: $0.signature, facts: $0.facts, trailer: $0.trailer,
                    dbtime: $0.dbtime)
            } + basis.databases)
        #expect(reason(try runLogs(two)) == .databaseGone("mdb01.edb"))
    }

    @Test func aFullThatWasAcceptedWithDamageIsNotContinued() throws {
        let set = ESESet(isDirty: true)
        try set.write(to: folder)
        let file = try bench.files.open(folder + "/mdb01.edb", .update)
        try file.write([0xFF, 0xFF].span, at: 20 * 8192 + 500)
        _ = try bench.backup(.ese(path: folder, logs: nil), .init(acceptDamaged: true))
        let basis = try #require(try LogBasis(newestFullOf: bench.spool, job: bench.job))
        #expect(reason(try runLogs(basis)) == .unsound)
    }

    @Test func withoutAFullInTheSpoolThereIsNoBasis() throws {
        #expect(try LogBasis(newestFullOf: bench.spool, job: bench.job) == nil)
        try bench.write([UInt8](repeating: 7, count: 20_000), to: "file")
        _ = try bench.backup(.file(bench.path("file")))
        #expect(try LogBasis(newestFullOf: bench.spool, job: bench.job) == nil)
    }
}
