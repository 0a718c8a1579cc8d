import ESE
import Foundation
import TestSupport
import Testing

/// Points of every kind of source are rehearsed, and each says exactly what it came to.
@Suite struct RehearsalCampaignTests {
    // Goal of this test: whatever made a point, a rehearsal brings back its bytes and knows what these are.
    @Test func twentyPointsOfEveryKindComeBackAsTheyWere() throws {
        let points = try RehearsedPoint.ofEveryKind()
        #expect(points.count == 20)
        for point in points {
            let found = try #require(
                try point.site.rehearse(["\(point.generation)", "--exec", point.comparison]).summary)
            #expect(found.flag("good") == true, "\(point.kind)")
            #expect(found.flag("kept") == true, "\(point.kind)")
            #expect(found.text("verdict") == "pages, logs and command", "\(point.kind)")
            #expect(found.text("point_id")?.hasPrefix("\(point.generation)-") == true, "\(point.kind)")
            #expect(found.evidence.flag("image_digest_matches") == true, "\(point.kind)")
            #expect(found.command.number("exit_status") == 0, "\(point.kind)")
            #expect(found.number("pages_checked") == point.pages.values.reduce(0, +), "\(point.kind)")
            #expect(found.number("pages_bad") == 0, "\(point.kind)")
            let databases = found.databases.map { [$0.text("name"), $0.text("log_verdict")] }
            #expect(
                databases == point.pages.keys.sorted().map { [$0, point.logVerdict] }, "\(point.kind)")
        }
        // What each found is kept beside the point that it is of.
        for site in points.map(\.site) {
            let count = points.count { $0.site === site }
            #expect(try site.stored("notes").filter { $0.contains("/notes/02") }.count == count)
        }
    }

    /// Its command is told to have failed in these words.
    private func expectFailed(
        _ point: RehearsedPoint, _ command: String, _ status: Int32, _ verdict: String, _ rest: String
    ) throws {
        let id = try #require(try point.site.points().last?.text("id"))
        let found = try point.site.rehearse(["--exec", command], status: status)
        #expect(found.summary?.text("verdict") == verdict)
        #expect(found.summary?.flag("good") == false)
        // What a shell says of a program that it does not find is its own affair.
        let lines = found.result.errorText.replacing(/\n  it said: [^\n]*not found/, with: "")
        #expect(
            lines == "hybridrep rehearse mdb01: FAILED (\(status)) point \(id): \(verdict)\n"
                + rest.replacing("ID", with: id) + "\n")
    }

    // Goal of this test: what the user's own command comes to is told in the same words for every kind of image.
    @Test(arguments: RehearsedPoint.Kind.allCases) func aCommandThatCannotBeStartedOrFailsIsTold(
        kind: RehearsedPoint.Kind
    ) throws {
        let point = try #require(try RehearsedPoint.of(kind).last)
        try expectFailed(
            point, "no-such-program {}", 2, "the command could not be started (exit status 127)",
            "hint: install it, or name it with its full path; point ID itself is intact")
        try expectFailed(
            point, "echo no such table >&2; exit 3 # {}", 22, "the command ended with exit status 3",
            "  it said: no such table\n"
                + "hint: run it by hand on what this brings: hybridrep restore mdb01 ID --to DIR")
        // The point is as good as it was.
        let again = try #require(try point.site.rehearse(["--exec", point.comparison]).summary)
        #expect(again.text("verdict") == "pages, logs and command")
    }

    @Test func aCommandThatHangsOnAStreamIsEnded() throws {
        let point = try #require(try RehearsedPoint.of(.stream).last)
        let site = point.site
        try site.configure(
            source: "stdin: true", targets: ["vault": "directory: \(site.store)"],
            more: "rehearse: {deadline: 1s}")
        try expectFailed(
            point, "exec tail -f {} >/dev/null", 22, "the command did not end in time, and was ended",
            "hint: see what it waits for, or give it more than 1 s: rehearse: {deadline: …}")
    }
}
