import ESE
import Foundation
import Platform
import TestSupport
import Testing

@Suite struct LostWriteCommandTests {
    enum Source: String, CaseIterable, CustomTestStringConvertible {
        case set, file
        var testDescription: String { rawValue }
    }

    // Goal of this test: a disk that drops a write is found out before its point is taken for the newest good one.
    @Test("a page that goes back in time holds the point", arguments: Source.allCases)
    func heldUntilWrittenAgain(source: Source) throws {
        let site = try Site()
        try site.makeSet(ESESet(pages: 200))
        try site.configure(
            source: source == .set ? "ese: \(site.path("source"))" : "file: \(site.database)",
            targets: ["vault": "directory: \(site.store)", "usb": "directory: \(site.path("usb"))"])
        try site.expectGood("init", "vault")
        try site.expectGood("init", "usb")
        try site.expectGood("run", Site.job)
        let page = try #require(try site.mutate(5).changed.last)
        let before = try bytes(site, page)
        try site.mutate(6, percent: 100)
        try site.expectGood("run", Site.job)
        let good = try Data(contentsOf: URL(fileURLWithPath: site.database))

        // The page as it was a day ago, under a header that knows better.
        try site.mutate(7, percent: 5)
        try put(site, before, page)
        for expected in 3...4 {
            let result = try site.run("run", Site.job)
            #expect(result.status == 27, "run \(expected): \(result.errorText)")
            let lines = result.errorText.split(separator: "\n")
            #expect(lines.count == 5, "\(result.errorText)")
            #expect(lines[0].hasPrefix("warning: 1 page is older than in the image shipped before"))
            #expect(
                lines[1].hasPrefix("hybridrep push \(Site.job) to vault: FAILED (27) point \(expected)-"),
                "\(lines[1])")
            #expect(lines[2].hasPrefix("hint: have the disk under the database checked"))
            // It stays suspect, although the image shipped before has the same page.
            try site.mutate(UInt64(expected + 5), percent: 0, appended: 3)
        }
        let points = try site.points()
        #expect(points.map { $0.text("health") } == ["good", "good", "suspicious", "suspicious"])
        let restored = site.path("latest")
        #expect(try site.expectGood("restore", Site.job, "--to", restored).contains("point 2-"))
        let file = source == .set ? restored + "/mdb01.edb" : restored
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == good)
        try site.expect(3, "restore", Site.job, "3", "--to", site.path("third"))

        // Written again, later than ever.
        var healed = before
        let header = try HostFileSystem().open(site.database, .read).bytes(
            at: 0, count: HeaderPair.prefixBytes)
        let dbtime = try HeaderPair.find(in: header.span).header.dbtime
        healed.put(dbtime, at: 8)
        healed.sealPage(page)
        try put(site, healed, page)
        #expect(try site.run("run", Site.job).status == 0)
        #expect(try site.points().last?.text("health") == "good")
        #expect(try site.expectGood("verify", Site.job, "--full").contains("digest matches"))
    }

    private func bytes(_ site: Site, _ page: UInt32) throws -> [UInt8] {
        try HostFileSystem().open(site.database, .read).bytes(
            at: PageSize.kib8.offset(ofPage: page), count: 8192)
    }

    private func put(_ site: Site, _ bytes: [UInt8], _ page: UInt32) throws {
        try HostFileSystem().open(site.database, .update).write(
            bytes.span, at: PageSize.kib8.offset(ofPage: page))
    }
}
