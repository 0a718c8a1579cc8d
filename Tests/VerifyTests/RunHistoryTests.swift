import Foundation
import GRDB
import Platform
import Synchronization
import TestSupport
import Testing
import Verify

/// The database of what this host did.
@Suite struct RunHistoryTests {
    private static let day: Int64 = 86_400
    private static let start: Int64 = 1_795_312_804

    /// A folder with a history, and what it told of damage.
    private final class Place: Sendable {
        let folder: TemporaryFolder
        let told = Mutex<[String]>([])

        init() throws { folder = try TemporaryFolder() }

        var history: RunHistory {
            RunHistory(in: folder.path, HostFileSystem()) { text in self.told.withLock { $0.append(text) } }
        }

        var files: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
        }
    }

    private static func time(_ days: Int64) -> Timestamp { Timestamp(seconds: start + days * day) }

    private static func record(
        _ verb: String = "run", day: Int64, target: Name? = .valid("vault"), point: String? = nil
    ) -> RunRecord {
        var record = RunRecord(
            verb: verb, job: .valid("mdb01"), target: target, begun: time(day), ended: time(day))
        record.runID = "run \(day)"
        record.exitCode = 0
        record.jobExitCode = 0
        record.pointID = point
        return record
    }

    /// Changes one as another program would.
    private static func sqlite(_ path: String, _ statement: String) throws {
        try DatabaseQueue(path: path).write { try $0.execute(sql: statement) }
    }

    @Test func whatWasWrittenIsReadAsItWas() throws {
        let history = try Place().history
        #expect(try history.runs() == [])
        var full = Self.record(day: 0, point: "1-20261122T020004Z")
        full.sentBytes = 1
        full.receivedBytes = 2
        full.changedBytes = 3
        full.imageBytes = 4
        full.error = "it's \"odd\"; DROP TABLE run"
        full.isRebuilt = true
        var empty = RunRecord(
            verb: "verify", job: .valid("wiki"), target: nil, begun: Self.time(1), ended: Self.time(2))
        empty.exitCode = 143
        try history.add([full, empty], now: Self.time(2))
        #expect(try history.runs() == [full, empty])
        #expect(try history.runs(of: .valid("wiki")) == [empty])
        #expect(try history.runs(since: Self.time(1)) == [empty])
    }

    @Test func theLastRunIsThatOfAVerbThatMakesPoints() throws {
        let history = try Place().history
        #expect(try history.lastRuns(of: [.valid("mdb01")]) == [])
        var rebuilt = Self.record("push", day: 5)
        rebuilt.jobExitCode = nil
        let run = Self.record(day: 3)
        // Of the same run, and no run of its own.
        var verification = Self.record("verify", day: 4)
        (verification.runID, rebuilt.runID) = (run.runID, run.runID)
        try history.add([Self.record(day: 2), run, verification, rebuilt], now: Self.time(5))
        #expect(try history.lastRuns(of: [.valid("wiki"), .valid("mdb01")]) == [run])
    }

    @Test func theLastRunAtATargetIsTheLastThatCameToSomethingThere() throws {
        let history = try Place().history
        let job = Name.valid("mdb01")
        func record(_ verb: String = "run", at target: Name?, day: Int64, code: Int) -> RunRecord {
            var record = RunRecord(
                verb: verb, job: job, target: target, begun: Self.time(day),
                ended: Self.time(day))
            record.runID = "\(day)"
            (record.exitCode, record.jobExitCode) = (code, code)
            record.pointID = code == 0 && target != nil ? "\(day)-A" : nil
            return record
        }
        let (vault, usb) = (Name.valid("vault"), Name.valid("usb"))
        func last(at target: Name) throws -> RunRecord? { try history.lastRun(of: job, at: target) }
        let (atVault, atDisk) = (record(at: vault, day: 1, code: 0), record(at: usb, day: 1, code: 24))
        try history.add([atVault, atDisk], now: Self.time(1))
        #expect(try last(at: vault) == atVault)
        #expect(try last(at: usb) == atDisk)
        // Another target's run, an image that was made and not shipped, and a run that has not begun hide nothing.
        let later = [
            record(at: vault, day: 2, code: 0), record("backup", at: nil, day: 3, code: 0),
            record(at: nil, day: 4, code: 11),
        ]
        try history.add(later, now: Self.time(4))
        #expect(try last(at: vault) == later[0])
        #expect(try last(at: usb) == atDisk)
        // A lock that is held at the store is a failure like any other, and so is a source that is not there.
        let locked = record(at: vault, day: 5, code: 11)
        try history.add([locked], now: Self.time(5))
        #expect(try last(at: vault) == locked)
        let missing = record(at: nil, day: 6, code: 20)
        try history.add([missing], now: Self.time(6))
        for target in [vault, usb] { #expect(try last(at: target) == missing) }
        #expect(try history.lastRun(of: .valid("wiki"), at: vault) == nil)
    }

    @Test func whatIsOlderThan400DaysIsDropped() throws {
        let history = try Place().history
        try history.add([Self.record(day: 0), Self.record(day: 1)], now: Self.time(1))
        try history.add([Self.record(day: 401)], now: Self.time(401))
        #expect(try history.runs().map(\.ended) == [Self.time(1), Self.time(401)])
    }

    @Test func theOldestAreDroppedWhenThereAreTooMany() throws {
        let folder = try TemporaryFolder()
        let small = RunHistory(in: folder.path, HostFileSystem(), mostRows: 10) { _ in }
        try small.add([11, 3, 1, 2].map { Self.record(day: $0) }, now: Self.time(11))
        try small.add((4...10).map { Self.record(day: $0) }, now: Self.time(11))
        #expect(try small.runs().map(\.ended) == (2...11).map { Self.time($0) })
    }

    @Test func rebuildingTwiceIsTheSameAndWhatIsKnownIsNotDoubled() throws {
        let history = try Place().history
        let known = [
            Self.record(day: 1, point: "1-A"), Self.record("verify", day: 2),
        ]
        try history.add(known, now: Self.time(2))
        var rebuilt = [
            Self.record("push", day: 1, point: "1-A"), Self.record("push", day: 3, point: "2-B"),
            Self.record("verify", day: 2), Self.record("verify", day: 4),
        ]
        for index in rebuilt.indices { rebuilt[index].isRebuilt = true }
        for _ in 0..<2 {
            let made = try history.rebuild(
                rebuilt, of: .valid("mdb01"), at: .valid("vault"), now: Self.time(4))
            #expect(made == 2)
            #expect(try history.runs() == known + [rebuilt[1], rebuilt[3]])
        }
        // Of another target nothing is known yet.
        #expect(
            try history.rebuild(rebuilt, of: .valid("mdb01"), at: .valid("usb"), now: Self.time(4)) == 4)
    }

    @Test("a damaged one is put aside and begun anew", arguments: ["header", "page"])
    func damage(what: String) throws {
        let place = try Place()
        try place.history.add((0..<200).map { Self.record(day: $0) }, now: Self.time(200))
        let file = try HostFileSystem().open(place.history.path, .update)
        if what == "header" {
            try file.write([UInt8](repeating: 0x21, count: 16).span, at: 0)
        } else {
            let length = try file.status().length
            for page in stride(from: 4096, to: length, by: 4096) {
                try file.write([UInt8](repeating: 0xA5, count: 64).span, at: page)
            }
        }
        let record = Self.record(day: 201)
        try place.history.add([record], now: Self.time(201))
        #expect(try place.history.runs() == [record])
        #expect(try place.files.contains("history.sqlite.damaged"))
        let told = place.told.withLock { $0 }
        #expect(told.count == 1)
        #expect(
            told.first?.hasSuffix("it is put aside as \(place.history.path).damaged, and begun anew") == true)
    }

    @Test func oneOfANewerVersionIsLeftAlone() throws {
        let place = try Place()
        try place.history.add([Self.record(day: 0)], now: Self.time(0))
        try Self.sqlite(place.history.path, "INSERT INTO grdb_migrations VALUES ('9 of tomorrow')")
        let error = #expect(throws: HistoryError.self) {
            try place.history.add([Self.record(day: 1)], now: Self.time(1))
        }
        #expect(
            error?.description == "history \(place.history.path): a newer version of hybridrep has made it")
        #expect(try !place.files.contains("history.sqlite.damaged"))
    }

    @Test func aFolderThatIsNotThereIsAnErrorWithItsPath() throws {
        let history = RunHistory(in: try TemporaryFolder().path + "/gone", HostFileSystem()) { _ in }
        let error = #expect(throws: HistoryError.self) {
            try history.add([Self.record(day: 0)], now: Self.time(0))
        }
        #expect(error?.description.contains(history.path) == true)
    }

    @Test func onlyItsOwnerMayReadIt() throws {
        let place = try Place()
        try place.history.add([Self.record(day: 0)], now: Self.time(0))
        #expect(try HostFileSystem().status(place.history.path)?.mode == 0o600)
    }

    @Test func whatFailedIsCutWhereItIsLong() throws {
        let history = try Place().history
        var record = Self.record(day: 0)
        record.error = String(repeating: "x", count: 10_000)
        try history.add([record], now: Self.time(0))
        #expect(try history.runs().first?.error == String(repeating: "x", count: 500))
    }

    @Test func oneWithAnotherTableOfThatNameIsAnError() throws {
        let place = try Place()
        try place.history.add([Self.record(day: 0)], now: Self.time(0))
        try Self.sqlite(place.history.path, "ALTER TABLE run RENAME COLUMN verb TO command")
        let error = #expect(throws: HistoryError.self) { try place.history.runs() }
        #expect(error?.description.contains("no such column: verb") == true)
        #expect(try !place.files.contains("history.sqlite.damaged"))
    }

    // Goal of this test: one that another program holds is an error after the wait, not a hang, and stays as it is.
    @Test func oneThatIsHeldByAnotherIsAnError() throws {
        let place = try Place()
        try place.history.add([Self.record(day: 0)], now: Self.time(0))
        let hasty = RunHistory(in: place.folder.path, HostFileSystem(), busySeconds: 0) { _ in }
        try DatabaseQueue(path: place.history.path).inTransaction(.immediate) { _ throws in
            let error = #expect(throws: HistoryError.self) {
                try hasty.add([Self.record(day: 1)], now: Self.time(1))
            }
            #expect(error?.description == "history \(place.history.path): database is locked")
            #expect(try hasty.runs() == [Self.record(day: 0)])
            return .commit
        }
        try hasty.add([Self.record(day: 1)], now: Self.time(1))
        #expect(try hasty.runs() == [Self.record(day: 0), Self.record(day: 1)])
    }

    // Goal of this test: runs that begin at the same moment, the database not there yet, all leave their rows.
    @Test func manyMayWriteAtOnce() async throws {
        let place = try Place()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for row in 0..<5 {
                        try place.history.add(
                            [Self.record(day: Int64(writer * 5 + row))], now: Self.time(40))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try place.history.runs().count == 40)
        #expect(place.told.withLock { $0 } == [])
    }
}
