import ESE
import Foundation
import Platform
import TestSupport
import Testing

/// Blank pages as an administrator meets them.
@Suite struct BlankPageCommandTests {
    enum Source: String, CaseIterable, CustomTestStringConvertible {
        case set, file, stream
        var testDescription: String { rawValue }

        func configuration(_ site: Site) -> String {
            switch self {
            case .set: "ese: \(site.path("source"))"
            case .file: "file: \(site.database)"
            case .stream: "command: [cat, \(site.database)]"
            }
        }
    }

    static func blank(_ path: String, _ pages: ClosedRange<UInt32>, _ size: Int) throws {
        let count = Int(pages.upperBound - pages.lowerBound + 1) * size
        try HostFileSystem().open(path, .update)
            .write([UInt8](repeating: 0, count: count).span, at: (Int(pages.lowerBound) + 1) * size)
    }

    // Goal of this test: no night is green whose database was zeroed, whole or in part.
    @Test("a database whose first pages were zeroed is refused", arguments: Source.allCases)
    func refused(source: Source) throws {
        let site = try Site()
        try site.makeSet(ESESet(pages: 200))
        try site.configure(source: source.configuration(site), targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        for pages in [UInt32(4)...4, 2...2, 1...200] {
            try Self.blank(site.database, pages, 8192)
            let error = try site.expect(21, "run", Site.job)
            #expect(error.contains("-1019 JET_errPageNotInitialized"), "\(error)")
        }
        #expect(try site.points().map { $0.text("health") } == ["good"])
    }

    // Goal of this test: what is zeroed elsewhere holds the point, and the one before stays the newest good one.
    @Test("pages that were in use and are blank hold the point", arguments: Source.allCases)
    func held(source: Source) throws {
        let site = try Site()
        try site.makeSet(ESESet(pages: 200))
        try site.configure(source: source.configuration(site), targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        try Self.blank(site.database, 60...63, 8192)
        for _ in 0..<2 {
            let error = try site.expect(27, "run", Site.job)
            #expect(
                error.contains(
                    "4 pages are blank and were in use in the image shipped before, the first "
                        + (source == .set ? "mdb01.edb " : "") + "page 60"), "\(error)")
        }
        #expect(try site.points().map { $0.text("health") } == ["good", "suspicious", "suspicious"])
        try site.expectGood("restore", Site.job, "--to", site.path("latest"))
    }

    // Goal of this test: where this host has lost its images and cannot compare pages, their number tells.
    @Test func aLeapOfBlankPagesIsHeldWithoutTheImageOfBefore() throws {
        let site = try Site()
        try site.makeSet(ESESet(pages: 400))
        try site.configure(
            source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        let used = try #require(try site.json("show", Site.job).last?.number("pages_in_use"))
        for name in try FileManager.default.contentsOfDirectory(atPath: site.spool) {
            try? FileManager.default.removeItem(atPath: site.spool + "/" + name)
        }
        try Self.blank(site.database, 101...200, 8192)
        let error = try site.expect(27, "run", Site.job)
        #expect(error.contains("pages that were in use are blank: "), "\(error)")
        #expect(error.contains("point 1 has \(used) of 400"), "\(error)")
    }

    // Goal of this test: whoever counts pages says how many of them hold something.
    @Test func usedPagesAreTold() throws {
        let site = try Site()
        try site.makeSet(ESESet(pages: 64))
        try site.configure(
            source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        let words = "56 pages in use, 8 blank"
        let run = try site.run("run", Site.job, "--verbose")
        #expect((run.outputText + run.errorText).contains(words), "\(run.errorText)")
        #expect(try site.expectGood("show", Site.job).contains(words))
        #expect(try site.expectGood("verify", Site.job, "--full").contains("mdb01.edb: \(words)\n"))
        let rehearsed = try site.expectGood("rehearse", Site.job, "--scratch", site.path("scratch"))
        #expect(rehearsed.contains("mdb01.edb: \(words)\n"), "\(rehearsed)")
        let pages = try site.run("ese", "pages", site.database)
        #expect(pages.outputText.hasSuffix("\(words)\n"), "\(pages.outputText)")
        let summary = try #require(try site.json("verify", Site.job, "--full").last)
        #expect(summary.number("pages_in_use") == 56 && summary.number("pages_blank") == 8)
    }
}
