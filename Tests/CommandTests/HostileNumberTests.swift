import Foundation
import Image
import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// Points and notes of absurd numbers, as a hostile client or a bad disk leaves them in a store: no command is ended by them.
@Suite struct HostileNumberTests {
    private let site: Site

    init() throws {
        site = try Site()
        try site.configure(
            source: try site.makeRawFile(), targets: ["vault": "directory: \(site.store)"], more: "rpo: 26h")
        try site.expectGood("init", "vault")
        for night in 0..<3 {
            try site.flip(site.path("db.img"), at: 1000 * night)
            try site.expectGood("run", Site.job)
        }
    }

    /// The job's points, read by a session that has ended when this returns: it would keep a collection away.
    private func reading<R>(_ body: (Repository) throws -> R) throws -> R {
        let store = LocalStoreService(
            directory: site.store, files: HostFileSystem(), clock: FixedClock(),
            entropy: SeededEntropy(seed: 1))
        defer { store.close() }
        return try body(try Repository(store, job: .valid("mdb01")))
    }

    /// Puts a point into the store's folder, past everybody who would refuse it.
    private func plant(received: Timestamp = FixedClock().now, _ change: (inout Point) -> Void) throws {
        try reading { repository in
            let newest = try #require(try repository.generations().last)
            let last = try #require(try repository.newestUndamaged(of: try repository.generations()))
            var point = last.point
            point.generation = newest + 1
            point.parent = last.reference
            change(&point)
            try plant(
                point.encoded(job: repository.job.id, store: repository.storeID), received,
                .point(repository.job.name, newest + 1))
        }
    }

    private func plant(_ object: [UInt8], _ received: Timestamp, _ key: ObjectKey) throws {
        let receipt = Receipt(received: received, object: SHA256Hasher.hash(object.span))
        let path = site.store + "/" + key.path
        try FileManager.default.createDirectory(
            atPath: PathText.folder(of: path), withIntermediateDirectories: true)
        try Data(object + receipt.encoded).write(to: URL(fileURLWithPath: path))
    }

    /// Every command that reckons with points ends by itself, whatever it says.
    private func survey() throws {
        let newest = "\(try reading { try $0.generations().last ?? 0 })"
        for arguments in [
            ["list", Site.job], ["show", Site.job, newest], ["show", Site.job, newest, "--json"],
            ["status", Site.job], ["status", "--nagios"], ["status", "--json"],
            ["status", "--prometheus", site.path("metrics.prom")], ["report", "--html", site.path("r.html")],
            ["report", "--json"], ["history", "--rebuild"], ["doctor", Site.job],
            ["runbook", Site.job], ["gc", Site.job, "--dry-run"],
            ["forget", Site.job, "--keep-daily", "2", "--keep-within", "30d", "--dry-run"],
            ["verify", Site.job], ["diff", Site.job],
            ["restore", Site.job, "--image", site.path("out.img"), "--force"],
            ["run", Site.job], ["run", Site.job],
        ] {
            let result = try site.run(arguments)
            #expect(result.status < 128, "\(arguments): \(result.errorText)")
        }
    }

    @Test func countsBeyondTheImageAreADamagedPoint() throws {
        for _ in 0..<3 {
            try plant {
                $0.counts.blocks = 1
                $0.counts.changedBlocks = 1 << 62
                $0.counts.shippedBytes = 1 << 62
            }
        }
        let shown = try site.run("status", Site.job)
        #expect(shown.status == 22)
        #expect(shown.outputText.contains("mdb01 at vault: points 4, 5, 6 cannot be read; "))
        #expect(try site.expectGood("show", Site.job).contains("3-"))
        try survey()
        // What is lost is named, and can be given up in one command.
        let gc = try site.run("gc", Site.job)
        #expect(gc.status == 22)
        #expect(gc.errorText.contains("if the points are lost: hybridrep forget mdb01 4 5 6"))
        try site.expectGood("forget", Site.job, "4", "5", "6")
        try site.expectGood("run", Site.job)
        try site.expectGood("gc", Site.job)
        try site.expectGood("verify", Site.job, "--full")
        try site.expectGood("status", Site.job)
    }

    @Test func theLargestCountsThatAPointMayHaveEndNothing() throws {
        for _ in 0..<12 {
            try plant {
                $0.counts.blocks = 1
                $0.counts.changedBlocks = 1
                $0.counts.shippedBytes = ImageLayout.maximumLength
                $0.counts.pages = $0.layout.length
                $0.counts.badPages = $0.layout.length
            }
        }
        try survey()
    }

    @Test func timesFarFromAnyNightEndNothing() throws {
        for time in [Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max), Timestamp(seconds: 0)] {
            try plant { $0.sourceTime = time }
            try plant(received: time) { _ in }
        }
        try survey()
    }

    @Test func factsAndNotesOfAbsurdNumbersEndNothing() throws {
        let pages =
            "{\"seen\":\(Int.max),\"blank\":\(Int.max),\"good\":\(Int.max),\"bad\":\(Int.max),\"correctable\":\(Int.max),"
            + "\"behind_end\":\(Int.max),\"bad_pages\":[]}"
        let database =
            "{\"name\":\"x\",\"page_size\":\(Int.max),\"signature\":\"\",\"log_signature\":\"\",\"state\":\"\","
            + "\"pages\":\(pages),\"log_required_first\":\(Int.min),\"log_required_last\":\(Int.max),"
            + "\"log_committed_last\":\(Int.max),\"dbtime\":\(UInt64.max)}"
        let facts =
            "{\"schema_version\":1,\"source\":{\"kind\":\"ese\",\"label\":\"x\",\"host_name\":\"h\"},\"source_time\":\"\","
            + "\"tool_version\":\"\",\"member_count\":\(Int.max),\"member_bytes\":\(Int.max),\"databases\":[\(database),"
            + "\(database)],\"logs\":{\"count\":\(Int.max),\"first\":\(Int.min),\"last\":\(Int.max)},\"is_sound\":true,"
            + "\"warnings\":[],\"warning_count\":\(Int.max),\"left_out_count\":\(Int.max)}"
        try plant { $0.sourceFacts = Array(facts.utf8) }
        let (job, storeID, newest) = try reading { ($0.job, $0.storeID, try #require(try $0.head())) }
        let times = [Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max)]
        for (number, time) in times.enumerated() {
            for kind in NoteID.Kind.allCases {
                var note = Note(
                    NoteID(kind, UInt64(100 + number)), point: newest.reference, made: time, maker: "h, run 1"
                )
                note.outcome = .good
                note.arc = kind == .verified ? DigestRange(start: .max, length: .max - 1) : nil
                note.facts = Array("{\"restore_seconds\":1e308,\"restored_bytes\":\(Int.max)}".utf8)
                try plant(
                    note.encoded(job: job.id, store: storeID), time, .note(job.name, note.id))
            }
        }
        try survey()
    }
}
