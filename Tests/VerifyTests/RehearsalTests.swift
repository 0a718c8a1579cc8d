import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing
import Verify

@Suite struct RehearsalTests {
    private static func evidence() throws -> RehearsalEvidence {
        let folder = try TemporaryFolder()
        let store = LocalStoreService(
            directory: folder.path + "/store", files: HostFileSystem(), clock: FixedClock(),
            entropy: SeededEntropy(seed: 1))
        let fixture = try StoreFixture(on: store, seed: 3)
        try fixture.addPoint()
        let point = try #require(fixture.points.first).point
        var evidence = RehearsalEvidence(point, started: Timestamp(seconds: 1_795_312_804))
        evidence.imageDigestMatches = true
        return evidence
    }

    // MARK: evidence

    @Test func evidenceComesBackFromItsJSON() throws {
        var evidence = try Self.evidence()
        evidence.restoreSeconds = 1.5
        evidence.restoredBytes = 3000
        evidence.databases = [.init(name: "a.edb", pagesChecked: 7, pagesBad: 1, faults: ["1 bad page"])]
        var command = RehearsalEvidence.Command(line: "test -d /x")
        command.end = .tookTooLong
        evidence.command = command
        let text = String(decoding: evidence.json, as: UTF8.self)
        for part in [
            #""point_id":"1-"#, #""image_digest_matches":true"#, #""restore_seconds":1.5"#, #""pages_bad":1"#,
            #""end":"took_too_long""#, #""started":"2026-11-22T02:00:04Z""#,
        ] { #expect(text.contains(part), "\(part) in \(text)") }
        #expect(try RehearsalEvidence(parsing: evidence.json) == evidence)
        #expect(evidence.bytesPerSecond == 2000)
        #expect(throws: FormatError.badField(field: "rehearsal", offset: 0)) {
            _ = try RehearsalEvidence(parsing: Array("{}".utf8))
        }
        for change in [
            { $0.restoreSeconds = 1e300 }, { $0.restoreSeconds = -1 }, { $0.restoredBytes = .max },
            { $0.databases = [.init(name: "", pagesChecked: -1)] },
        ] as [(inout RehearsalEvidence) -> Void] {
            var impossible = evidence
            change(&impossible)
            #expect(throws: FormatError.badField(field: "rehearsal", offset: 0)) {
                _ = try RehearsalEvidence(parsing: impossible.json)
            }
        }
    }

    @Test func onlyWhatWasRestoredAndTriedIsGood() throws {
        let good = try Self.evidence()
        #expect(good.isGood)
        #expect(good.sentence == "digest only")
        var bad = good
        bad.imageDigestMatches = false
        #expect(!bad.isGood)
        bad = good
        bad.restoreFault = "a pack is missing"
        #expect(!bad.isGood)
        #expect(bad.sentence == "it could not be restored: a pack is missing")
        bad = good
        bad.databases = [.init(name: "a.edb", faults: ["1 bad page: 7", "-543"])]
        #expect(!bad.isGood)
        #expect(bad.sentence == "a.edb: 1 bad page: 7; and 1 more")
        for end in [RehearsalEvidence.Command.End.failed, .notStarted, .tookTooLong] {
            bad = good
            bad.command = .init(line: "x", end: end)
            #expect(!bad.isGood, "\(end)")
        }
    }

    // Goal of this test: whatever was found, a note has room for it.
    @Test func evidenceFitsIntoANote() throws {
        var evidence = try Self.evidence()
        let long = String(repeating: "é", count: 100_000)
        evidence.databases = (0..<5000).map {
            .init(name: "\($0).edb", logVerdict: long, faults: Array(repeating: long, count: 50))
        }
        evidence.command = .init(line: long, said: long)
        evidence.verdict = long
        let kept = evidence.bounded
        #expect(kept.json.count <= Note.maximumFactBytes)
        #expect(!kept.isGood)
        #expect(kept.databases.first?.name == "0.edb")
    }

    // MARK: command

    @Test func theRestoredPathTakesThePlaceOfTheBraces() {
        let shell = RehearsalCommand(shell: "cat {}/a {}/b")
        #expect(shell?.arguments(for: "/x") == ["/bin/sh", "-c", "cat /x/a /x/b"])
        #expect(shell?.text(for: "/a b") == "cat '/a b'/a '/a b'/b")
        let words = RehearsalCommand(words: ["cat", "{}/a", "--to={}"])
        #expect(words?.arguments(for: "/a b") == ["cat", "/a b/a", "--to=/a b"])
        #expect(words?.text(for: "/a b") == "cat '/a b/a' '--to=/a b'")
    }

    @Test func aCommandThatDoesNotNameTheDataIsNone() {
        #expect(RehearsalCommand(shell: "true") == nil)
        #expect(RehearsalCommand(words: []) == nil)
        #expect(RehearsalCommand(words: ["{}"]) == nil)
        #expect(RehearsalCommand(words: ["true", "x"]) == nil)
    }

    @Test func aProgramIsLookedForWhereItWouldBeFound() throws {
        let folder = try TemporaryFolder()
        let files = HostFileSystem()
        _ = try files.open(folder.path + "/tool", .create)
        let tool = try #require(RehearsalCommand(words: ["tool", "{}"]))
        #expect(tool.missingProgram(in: files, searched: "/nonexistent:\(folder.path)") == nil)
        #expect(tool.missingProgram(in: files, searched: "/nonexistent") == "tool")
        let path = try #require(RehearsalCommand(words: [folder.path + "/other", "{}"]))
        #expect(path.missingProgram(in: files, searched: folder.path) == folder.path + "/other")
        #expect(RehearsalCommand(shell: "nothing {}")?.missingProgram(in: files, searched: "") == nil)
    }

    // MARK: scratch

    private func place(_ folder: TemporaryFolder, _ number: UInt64) throws -> RehearsalScratch {
        try RehearsalScratch(
            in: folder.path + "/scratch", run: Identifier(high: number, low: 0), holder: "test",
            HostFileSystem(), clock: FixedClock())
    }

    @Test func placesOfTheLivingStaySideBySide() throws {
        let folder = try TemporaryFolder()
        let files = HostFileSystem()
        let first = try place(folder, 1)
        try files.makeFolder(first.restored)
        let second = try place(folder, 2)
        #expect(first.folder != second.folder)
        #expect(try files.status(first.restored) != nil)
        try first.remove()
        #expect(try files.status(first.folder) == nil)
        #expect(try files.status(second.folder) != nil)
        try second.remove()
        #expect(
            try files.list(folder.path + "/scratch") == [".hybridrep-rehearsals-\(HostIdentity.userID).lock"])
    }

    @Test func onePlaceIsNotGivenTwice() throws {
        let folder = try TemporaryFolder()
        let first = try place(folder, 1)
        #expect(throws: SyncError.self) { _ = try place(folder, 1) }
        #expect(try HostFileSystem().status(first.folder + "/lock") != nil)
        try first.remove()
    }
}
