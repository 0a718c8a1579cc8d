import ESE
import Foundation
import Platform
import TestSupport
import Testing

/// `hybridrep restore --in-place` of sets: every file in the folder becomes what the point has, by what differs.
@Suite struct InPlaceSetTests {
    private static let pages: UInt32 = 120
    private static let blockBytes = 8192
    private static let marker = ".hybridrep-in-place"

    /// Two nights of a dirty set, and the folder to restore into.
    private struct Nights {
        let site: Site
        /// The whole sets, `hybridrep.json` among them, as fresh restores give them.
        let sets: [[String: Data]]
        var folder: String { site.path("out") }

        init(_ kind: Link.Kind = .directory) throws {
            site = try Site()
            try site.makeSet(ESESet(pages: InPlaceSetTests.pages, isDirty: true))
            try site.configure(try Link(kind))
            try site.expectGood("run", Site.job)
            let first = try site.source()
            _ = try ESEDay(logs: 2, percent: 10, appended: 3, seed: 4).apply(to: site.path("source"))
            try site.expectGood("run", Site.job)
            var sets: [[String: Data]] = []
            for (index, source) in [first, try site.source()].enumerated() {
                let name = "fresh\(index + 1)"
                try site.expectGood("restore", Site.job, "\(index + 1)", "--to", site.path(name))
                #expect(try site.restored(name) == source)
                sets.append(try Site.tree(site.path(name)))
            }
            self.sets = sets
        }

        /// Makes the folder hold a set and nothing else.
        func place(_ set: [String: Data]) throws {
            try? FileManager.default.removeItem(atPath: folder)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            for (name, bytes) in set { try bytes.write(to: url(name)) }
        }

        func url(_ name: String) -> URL { URL(fileURLWithPath: folder + "/" + name) }

        /// Restores the newest point, which must make the folder what that has, at the price of what differed.
        func expectMended(
            _ point: Int = 2, besides extra: [String: Data] = [:],
            at location: SourceLocation = #_sourceLocation
        ) throws {
            let wanted = sets[point - 1]
            let present = FileManager.default.fileExists(atPath: folder) ? try Site.tree(folder) : [:]
            let different = InPlaceSetTests.different(wanted, from: present)
            let line = try #require(
                try site.json(
                    "restore", Site.job, "\(point)", "--to", folder, "--in-place", at: location
                ).last, sourceLocation: location)
            #expect(line.number("different_bytes") == different, sourceLocation: location)
            #expect(
                try Site.tree(folder) == wanted.merging(extra) { wanted, _ in wanted },
                sourceLocation: location)
        }
    }

    /// Bytes of the blocks that a set does not have at their place; what is missing counts as zeros.
    private static func different(_ wanted: [String: Data], from present: [String: Data]) -> Int {
        wanted.reduce(0) { total, member in
            let now = [UInt8](present[member.key] ?? Data())
            let padded = now + [UInt8](repeating: 0, count: max(0, member.value.count - now.count))
            let bytes = [UInt8](member.value)
            return stride(from: 0, to: bytes.count, by: blockBytes).reduce(total) { total, start in
                let range = start..<min(start + blockBytes, bytes.count)
                return bytes[range] == padded[range] ? total : total + range.count
            }
        }
    }

    // Goal of this test: a set that was damaged is mended, and pages that are right do not cross the line.
    @Test("damaged pages and logs are mended", arguments: Link.Kind.nearAndFar)
    func damaged(kind: Link.Kind) throws {
        let nights = try Nights(kind)
        try nights.place(nights.sets[1])
        for page in [0, 1, 9, 50, 51] {
            try nights.site.flip(nights.folder + "/mdb01.edb", at: page * Self.blockBytes + 4_000)
        }
        try nights.site.flip(nights.folder + "/E00.log", at: 20_000)
        try nights.site.flip(nights.folder + "/hybridrep.json", at: 30)
        let blocks = 5 * Self.blockBytes + Self.blockBytes
        let manifest = try #require(nights.sets[1]["hybridrep.json"]).count
        #expect(Self.different(nights.sets[1], from: try Site.tree(nights.folder)) == blocks + manifest)
        try nights.expectMended()
        // Nothing was wrong any more: no byte of the image came.
        try nights.expectMended()
    }

    @Test("a member that is too short, too long, empty or not there is made whole")
    func lengths() throws {
        let nights = try Nights()
        let night2 = nights.sets[1]
        var damaged = night2
        damaged["mdb01.edb"]?.removeLast(10 * Self.blockBytes + 100)
        damaged["E0000000002.log"]?.removeLast(5_000)
        damaged["E0000000003.log"] = Data()
        damaged["E0000000004.log"]?.append(contentsOf: [1, 2, 3])
        damaged["E00.chk"] = nil
        #expect(damaged != night2)
        try nights.place(damaged)
        try nights.expectMended()
        for name in night2.keys {
            var without = night2
            without[name] = nil
            try nights.place(without)
            try nights.expectMended()
        }
        // A folder with nothing in it, and none at all.
        try nights.place([:])
        try nights.expectMended()
        try FileManager.default.removeItem(atPath: nights.folder)
        try nights.expectMended()
    }

    @Test("what is no member of the point is left alone")
    func others() throws {
        let nights = try Nights()
        var extra = ["notes.txt": Data("mine".utf8)]
        // A log of a later night is none of the older point's.
        extra.merge(nights.sets[1].filter { nights.sets[0][$0.key] == nil }) { $1 }
        #expect(extra.keys.sorted() == ["E0000000004.log", "E0000000005.log", "notes.txt"])
        try nights.place(nights.sets[1].merging(extra) { $1 })
        try nights.expectMended(1, besides: extra)
    }

    // Goal of this test: one folder follows the nights, forward and back.
    @Test func anotherNightsSetBecomesThisOnes() throws {
        let nights = try Nights()
        try nights.place(nights.sets[0])
        let older = Self.different(nights.sets[1], from: nights.sets[0])
        let whole = nights.sets[1].values.reduce(0) { $0 + $1.count }
        // A tenth of the pages, the logs that moved on, and the new ones.
        #expect((1..<whole / 2).contains(older))
        try nights.expectMended(2)
        try nights.expectMended(1, besides: nights.sets[1].filter { nights.sets[0][$0.key] == nil })
    }

    @Test func anUnchangedSetIsNotWritten() throws {
        let nights = try Nights()
        try nights.place(nights.sets[1])
        func statuses() throws -> [FileStatus?] {
            try nights.sets[1].keys.sorted().map { try HostFileSystem().status(nights.folder + "/" + $0) }
        }
        let before = try statuses()
        try nights.expectMended()
        #expect(try statuses() == before)
    }

    @Test func aMemberThatIsNoFileIsRefusedBeforeAnythingIsWritten() throws {
        let nights = try Nights()
        var damaged = nights.sets[1]
        damaged["E00.log"] = nil
        damaged["mdb01.edb"]?[5_000] ^= 1
        try nights.place(damaged)
        try FileManager.default.createDirectory(at: nights.url("E00.log"), withIntermediateDirectories: false)
        let errors = try nights.site.expect(2, "restore", Site.job, "--to", nights.folder, "--in-place")
        #expect(errors.contains("\(nights.folder)/E00.log: it is not a regular file"), "\(errors)")
        #expect(try Site.tree(nights.folder) == damaged)
    }

    // Goal of this test: a restore that was killed says so until the same command has finished it.
    @Test func aKilledRestoreIsFinishedByTheNext() throws {
        let nights = try Nights()
        var damaged = nights.sets[1]
        for page in [3, 20, 40, 100] { damaged["mdb01.edb"]?[page * Self.blockBytes + 10] ^= 1 }
        damaged["E00.log"]?[100] ^= 1
        try nights.place(damaged)
        // The kernel kills whoever writes behind a file's first 256 KiB, which are pages 0 to 31.
        let killed = try Command.run(
            [
                "--default-signal=XFSZ", "bash", "-c", "ulimit -c 0 -f 256; exec \"$@\"", "bash",
                try Command.built("hybridrep"),
                "restore", Site.job, "--to", nights.folder, "--in-place", "--config",
                nights.site.configuration,
            ], environment: ["PATH": "/usr/bin:/bin", "HOME": nights.site.scratch.folder])
        #expect(killed.status == 128 + 25 /* SIGXFSZ */, "\(killed.stderr)")
        let left = try Site.tree(nights.folder)
        #expect(left[Self.marker]?.starts(with: Data("being restored in place: point 2-".utf8)) == true)
        #expect(
            Self.different(nights.sets[1], from: left)
                == Self.different(nights.sets[1], from: damaged) - 2 * Self.blockBytes)
        let refused = try nights.site.expect(2, "restore", Site.job, "--to", nights.folder)
        #expect(refused.contains("a restore in place has not ended"))
        #expect(refused.contains("hint: give --in-place to finish it"))
        #expect(try Site.tree(nights.folder) == left)
        try nights.expectMended()
        // Another one that is killed, and given up for whole files.
        try nights.place(damaged.merging([Self.marker: Data()]) { $1 })
        try nights.site.expectGood("restore", Site.job, "--to", nights.folder, "--force")
        #expect(try Site.tree(nights.folder) == nights.sets[1])
    }

    @Test("a store that is damaged leaves the marker until it has been mended") func damagedStore() throws {
        let nights = try Nights()
        let packs = try nights.site.stored("packs")
        for pack in packs { try FileManager.default.moveItem(atPath: pack, toPath: pack + ".away") }
        var damaged = nights.sets[1]
        damaged["mdb01.edb"]?[70_000] ^= 1
        try nights.place(damaged)
        let result = try nights.site.run("restore", Site.job, "--to", nights.folder, "--in-place")
        #expect(result.status != 0)
        #expect(try Site.tree(nights.folder).filter { $0.key != Self.marker } == damaged)
        for pack in packs { try FileManager.default.moveItem(atPath: pack + ".away", toPath: pack) }
        try nights.expectMended()
    }
}
