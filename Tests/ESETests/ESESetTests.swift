import ESE
import Platform
import TestSupport
import Testing

/// What the set builder makes, judged by this module and by the independent checker.
@Suite struct ESESetTests {
    /// What `ese_check.py db|owned|chain|set` say about a database and its logs, in one run.
    static let setScript = """
        import importlib.util, sys
        spec = importlib.util.spec_from_file_location('ese_check', sys.argv[1])
        m = importlib.util.module_from_spec(spec); spec.loader.exec_module(m)
        db, logs = sys.argv[2], sys.argv[3:]
        print(m.check_db(db)['counts'])
        print('owned %d of %d' % m.owned_end(m.load(db)))
        for log in m.chain(logs)[1]: print(*log)
        r = m.check_set(db, logs)
        print(r if isinstance(r, str) else r['verdict'], r['backup'])
        """

    static func check(_ database: String, _ logs: [String]) throws -> [String] {
        let result = try Command.run(["python3", "-c", setScript, Oracle.checker ?? "", database] + logs)
        #expect(result.status == 0, "\(result.stderr)")
        return result.stdout.split(separator: "\n").map(String.init)
    }

    @Test(
        "the checker accepts whole sets", .enabled(if: Oracle.canCheck, Oracle.noChecker),
        arguments: [PageSize.kib4, .kib8, .kib16, .kib32], [false, true])
    func sets(size: PageSize, isDirty: Bool) throws {
        let folder = try TemporaryFolder()
        let set = ESESet(size: size, pages: 40, seed: 7, isDirty: isDirty, logs: 3)
        try set.write(to: folder.path)
        let logs = ESELog.names(set.generations).map { folder.path + "/" + $0 }
        #expect(
            try Self.check(folder.path + "/mdb01.edb", logs) == [
                "{'ok': 36, 'uninit': 4, 'correctable': 0, 'bad': 0, 'badpgno': 0}", "owned 40 of 40",
                "1 E0000000001.log OK", "2 E0000000002.log OK", "3 E00.log OK",
                isDirty ? "recoverable False" : "clean, no logs needed False",
            ])
    }

    @Test("the checker reads the checkpoint", .enabled(if: Oracle.canCheck, Oracle.noChecker))
    func checkpoint() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/E00.chk"
        try HostFileSystem().open(path, .create).write(ESELog.checkpoint(0xF, seed: 1).span, at: 0)
        let result = try Command.run(["python3", Oracle.checker ?? "", "chk", path])
        #expect(result.stdout.split(separator: "\n").count { $0.contains("'ok': True, ") } == 2)
        #expect(result.stdout.contains("'cp': '(F,1,0)'"))
    }

    @Test(
        "the checker accepts a database after its day", .enabled(if: Oracle.canCheck, Oracle.noChecker),
        arguments: [PageSize.kib4, .kib8, .kib16, .kib32])
    func mutated(size: PageSize) throws {
        var bytes = ESEDatabase { $0.size = size }.bytes()
        let outcome = try ESEMutation(percent: 30, appended: 5, seed: 3).apply(to: &bytes)
        #expect(outcome.changed.count > 8)
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.edb"
        try HostFileSystem().open(path, .create).write(bytes.span, at: 0)
        #expect(
            try Self.check(path, []) == [
                "{'ok': 61, 'uninit': 8, 'correctable': 0, 'bad': 0, 'badpgno': 0}", "owned 69 of 69",
                "clean, no logs needed False",
            ])
    }

    @Test("the checker accepts a backup copy with its logs", .enabled(if: Oracle.canCheck, Oracle.noChecker))
    func backupCopy() throws {
        let folder = try TemporaryFolder()
        var set = ESESet(isDirty: true, logs: 4)
        set.database.backup = 1...4
        try set.write(to: folder.path)
        let logs = ESELog.names(set.generations).map { folder.path + "/" + $0 }
        #expect(try Self.check(folder.path + "/mdb01.edb", logs).last == "recoverable True")
    }

    @Test("the same seed makes the same bytes, another one others")
    func seeds() {
        let first = ESEDatabase { $0.pages = 20 }
        #expect(first.bytes() == first.bytes())
        #expect(first.bytes() != ESEDatabase { ($0.pages, $0.seed) = (20, 2) }.bytes())
    }

    @Test("a file and an array change alike")
    func fileAndArray() throws {
        let database = ESEDatabase { $0.garbageSlots = 2 }
        var bytes = database.bytes()
        let folder = try TemporaryFolder()
        let file = try HostFileSystem().open(folder.path + "/a.edb", .create)
        try file.write(bytes.span, at: 0)
        let mutation = ESEMutation(percent: 10, appended: 4, seed: 5)
        #expect(try mutation.apply(to: file) == mutation.apply(to: &bytes))
        #expect(try Oracle.read(folder.path + "/a.edb") == bytes)
    }

    @Test("a change raises the counter and touches few bytes of a page")
    func change() throws {
        let database = ESEDatabase()
        let before = database.bytes()
        var after = before
        let outcome = try ESEMutation(percent: 20, seed: 5).apply(to: &after)
        let number = try #require(outcome.changed.first)
        let offset = database.size.offset(ofPage: number)
        let differing = (offset..<offset + database.size.bytes).count { before[$0] != after[$0] }
        #expect((190...620).contains(differing))
        #expect(try HeaderPair.find(in: after.span).header.dbtime == outcome.dbtime)
        #expect(after.span.uint64(at: offset + 8) == before.span.uint64(at: 16) + 1)
    }

    @Test("a made set is judged by its files", arguments: [true, false])
    func judged(isDirty: Bool) throws {
        let set = ESESet(isDirty: isDirty, logs: 3)
        let logs = try set.logs().map { name, bytes in
            LogFact(name: name, header: try LogHeader(parsing: bytes.span), fileBytes: bytes.count)
        }
        let pair = try HeaderPair.find(in: set.database.bytes().span)
        #expect(LogChain(logs).firstError == nil)
        let outcome = SetVerdict.judge(DatabaseFacts(pair.header), logs: logs).outcome
        #expect(outcome == (isDirty ? .complete(.soft, logs: 1...3) : .clean(canRollForward: true)))
    }
}
