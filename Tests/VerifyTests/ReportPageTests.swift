import Foundation
import OffsiteStore
import Platform
import StoreFormat
import Synchronization
import TestSupport
import Testing
import Verify

/// The page of a store that has had points for years, and of one that never had any.
@Suite struct ReportPageTests {
    /// A page of so many points, some time apart.
    private static func page(points count: Int) throws -> String {
        let clock = SteppingClock()
        let folder = try TemporaryFolder()
        let store = LocalStoreService(
            directory: folder.path + "/store", files: HostFileSystem(), clock: clock,
            entropy: SeededEntropy(seed: 1))
        let fixture = try StoreFixture(on: store, seed: 1)
        for _ in 0..<count {
            var shipment = try fixture.next(blocks: 4, changing: 1)
            shipment.point.sourceTime = clock.now
            try fixture.upload(shipment)
            try fixture.commit(shipment)
        }
        let repository = try Repository(store, job: .valid("mdb01"))
        let now = clock.now
        let status = JobStatus(
            try JobEvidence(reading: repository), Objectives(recoveryPoint: 93_600, restoreWithin: 3600),
            now: now
        )
        let since = Timestamp(seconds: 0)
        let scope = ReportScope(made: now, since: since, toolVersion: "1.2.3", hostName: "db1")
        let report = TargetReport(
            job: .valid("mdb01"), target: .valid("vault"), state: count == 0 ? "CRITICAL" : "WARNING",
            findings: [],
            known: .init(status: status, history: try JobHistory(reading: repository, since: since)),
            runs: [],
            scope: scope)
        return try ReportPage([report], scope).html
    }

    private static func tidy(_ html: String) throws -> Command.Result {
        try Command.run(["tidy", "-quiet", "-errors"], stdin: html)
    }

    @Test func manyPointsAreAPageThatOneCanRead() throws {
        let html = try Self.page(points: 100)
        #expect(html.contains("<p>40 older points are in the JSON report.</p>"))
        #expect(html.contains("<title>Bytes stored for each point after the first, 99 values, "))
        #expect(html.components(separatedBy: "<tr><th scope=\"row\">").count == 61)
        #expect(html.utf8.count < 100_000)
        let checked = try Self.tidy(html)
        #expect(checked.status == 0, "\(checked.errorText)")
    }

    @Test func withoutPointsNothingIsPlottedAndNothingIsShown() throws {
        let html = try Self.page(points: 0)
        #expect(html.contains("<p>There is no point in this time.</p>"))
        #expect(!html.contains("<svg"))
        #expect(html.components(separatedBy: "<span class=\"state warning\">not shown</span>").count == 4)
        let checked = try Self.tidy(html)
        #expect(checked.status == 0, "\(checked.errorText)")
    }
}

/// A clock that goes on by twenty minutes whenever it is looked at.
private final class SteppingClock: Clock {
    private let looks = Atomic<Int>(0)
    var now: Timestamp {
        Timestamp(seconds: 1_795_312_804 + 1200 * Int64(looks.add(1, ordering: .relaxed).newValue))
    }
    var monotonicNanoseconds: UInt64 { 0 }
    func sleep(milliseconds: Int) {}
}
