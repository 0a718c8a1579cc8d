import ESE
import Foundation
import Platform
import TestSupport
import Testing

/// A database that a real engine wrote, and how this program must take it.
struct RealDatabase: CustomTestStringConvertible, Sendable {
    let name: String
    let pageSize: Int
    /// The log that it lacks; nil when it is complete by itself.
    var missingLog: Int?
    var testDescription: String { name }

    static let folder = PackageRoot.shared("samples")
    static let complete = [
        RealDatabase(name: "dissect-basic.edb", pageSize: 4096),
        RealDatabase(name: "eseparser-decompress_test.edb", pageSize: 8192),
        RealDatabase(name: "dissect-large.edb", pageSize: 32768),
        RealDatabase(name: "dissect-SRUDB.dat", pageSize: 4096),
        RealDatabase(name: "plaso-Catalog1.edb", pageSize: 4096),
    ]
    static let incomplete = [
        RealDatabase(name: "goese-qmgr.db", pageSize: 16384, missingLog: 23),
        RealDatabase(name: "goese-ual-HyperV-PC-Current.mdb", pageSize: 4096, missingLog: 124),
    ]

    /// Unpacks it into a folder, which is made.
    func unpack(into folder: String) throws -> String {
        let path = folder + "/" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let packed = (Self.folder ?? "") + "/" + name + ".gz"
        let result = try Command.run(["sh", "-c", "gzip -dc \"$0\" > \"$1\"", packed, path])
        #expect(result.status == 0, "\(result.errorText)")
        return path
    }

    /// Changes a few bytes in the middle of every fifth sound data page and seals it again.
    func change(_ path: String, seed: UInt64) throws -> Int {
        let size = try #require(PageSize(rawValue: pageSize))
        let file = try HostFileSystem().open(path, .update)
        var random = SeededGenerator(seed: seed)
        var changed = 0
        let slots = UInt32(try file.status().length / pageSize - 2)
        for number in stride(from: UInt32(7), through: slots, by: 5) {
            var page = try file.bytes(at: size.offset(ofPage: number), count: pageSize)
            let flags = page.span.uint32(at: 36)
            guard PageChecksum.verdict(of: page.span, number: number) == .good, flags & ESEPage.spaceTree == 0
            else { continue }
            page.replaceSubrange(pageSize / 2..<pageSize / 2 + 24, with: random.bytes(24))
            if flags & PageChecksum.newFormatFlag != 0 {
                page.sealPage(number)
            } else {
                page.sealOldPage(number)
            }
            try #require(PageChecksum.verdict(of: page.span, number: number) == .good)
            try file.write(page.span, at: size.offset(ofPage: number))
            changed += 1
        }
        return changed
    }
}

@Suite(.enabled(if: RealDatabase.folder != nil, "needs ../shared/samples"))
struct RealDatabaseTests {
    private func site(_ database: RealDatabase, _ link: Link) throws -> (Site, path: String) {
        let site = try Site()
        let path = try database.unpack(into: site.path("source"))
        try site.configure(link)
        return (site, path)
    }

    // Goal of this test: what real engines write comes back byte for byte, one day and the next.
    @Test(
        "both days of a real database come back", arguments: RealDatabase.complete,
        [Link.Kind.directory, .library])
    func bothDays(database: RealDatabase, kind: Link.Kind) throws {
        try #require(Link.Kind.available.contains(kind))
        let (site, path) = try site(database, try Link(kind))
        let day1 = try site.source()
        try site.expectGood("run", Site.job)
        let changed = try database.change(path, seed: 5)
        #expect(changed > 0)
        let day2 = try site.source()
        #expect(day1 != day2)
        let summary = try #require(try site.json("run", Site.job).last)
        // The pages, and what tar and hybridrep.json say of times and digests.
        #expect(changed...changed + 6 ~= (summary.number("blocks_changed") ?? 0))
        #expect(try #require(summary.number("bytes_stored")) < changed * 100 + 4_000)
        try site.expectGood("verify", Site.job, "--full")
        for (point, day) in [("1", day1), ("2", day2)] {
            try site.expectGood("verify", Site.job, point, "--full")
            try site.expectGood("restore", Site.job, point, "--to", site.path(point))
            #expect(try site.restored(point) == day, "point \(point)")
        }
    }

    // Goal of this test: a database that no recovery could open never becomes a point.
    @Test(
        "a real database without its log is refused", arguments: RealDatabase.incomplete,
        [Link.Kind.directory, .library])
    func missingLog(database: RealDatabase, kind: Link.Kind) throws {
        try #require(Link.Kind.available.contains(kind))
        let (site, _) = try site(database, try Link(kind))
        let before = try Site.tree(site.store)
        let errors = try site.expect(21, "run", Site.job)
        #expect(errors.contains("hybridrep run mdb01: FAILED (21) "))
        #expect(errors.contains("-543"))
        #expect(errors.contains("log \(database.missingLog ?? 0)"))
        #expect(try Site.tree(site.store) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.spool) == ["lock"])
        // No option makes it one: it is not merely recoverable with loss.
        try site.expect(21, "run", Site.job, "--accept-loss", "--accept-damaged")
        #expect(try Site.tree(site.store) == before)
    }
}
