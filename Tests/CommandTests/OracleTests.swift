import Foundation
import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

@Suite struct OracleTests {
    /// A payload cut out of a store with this program's own table of contents, for others to open.
    private struct Cut {
        let frame: FrameID
        let number: Int
        let record: Record
        let payload: [UInt8]
        var name: String { "\(frame)-\(number)" }
    }

    private func cuts(_ site: Site) throws -> [Cut] {
        let store = LocalStoreService(
            directory: site.store, files: HostFileSystem(), clock: FixedClock(),
            entropy: SeededEntropy(seed: 1))
        let job = try Repository(store, job: Name.valid("mdb01")).job
        var cuts: [Cut] = []
        for path in try site.stored("packs") {
            let pack = [UInt8](try #require(FileManager.default.contents(atPath: path)))
            let footer = try PackTail.footer(length: pack.count, job: job.id, format: { $0 }) {
                (offset, count) throws(FormatError) in Array(pack[offset..<offset + count])
            }
            for entry in footer.entries {
                let frame = try Frame(parsing: Array(pack[entry.offset..<entry.offset + entry.length]))
                for (number, record) in frame.records.enumerated() {
                    let payload = frame.withPayload(number) { span in span.indices.map { span[$0] } }
                    cuts.append(Cut(frame: frame.id, number: number, record: record, payload: payload))
                }
            }
        }
        return cuts
    }

    /// Opens a payload with `zstd`, a delta's with its base, which was opened before.
    private func open(_ cut: Cut, _ opened: [String: Data], _ site: Site) throws -> Data? {
        if cut.record.codec == .stored { return Data(cut.payload) }
        try Data(cut.payload).write(to: URL(fileURLWithPath: site.path("payload")))
        var arguments = ["zstd", "-dqc", site.path("payload")]
        if cut.record.codec == .delta {
            var base = Data()
            for slice in cut.record.base {
                guard let whole = opened["\(slice.frame)-\(slice.record)"] else { return nil }
                base += whole.dropFirst(slice.offset).prefix(slice.length)
            }
            try base.write(to: URL(fileURLWithPath: site.path("base")))
            arguments.append("--patch-from=" + site.path("base"))
        }
        let result = try Command.run(arguments)
        #expect(result.status == 0, "\(result.errorText)")
        return Data(result.output)
    }

    /// True when all of the content stands somewhere in an image: blocks that are gathered into one plain record come
    /// from several places, and the first from the one that the record names.
    private func isTaken(_ content: Data, from image: Data, at offset: Int) -> Bool {
        guard offset + content.count <= image.count || content.count > 512 else { return false }
        var done = 0
        var place = offset
        while done < content.count {
            let rest = content.dropFirst(done)
            let same = zip(rest, image.dropFirst(place)).prefix { $0 == $1 }.count
            guard same > 0 else { return false }
            done += same
            // What follows begins with the next bytes, wherever they are.
            guard done < content.count,
                let next = image.range(of: content.dropFirst(done).prefix(64))?.lowerBound
            else { continue }
            place = next
        }
        return true
    }

    // Goal of this test: a store can be checked and opened with what every system has.
    @Test func sha256sumAndZstdOpenAStore() throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        try site.expectGood("restore", Site.job, "1", "--image", site.path("old"))
        try site.mutate(2)
        try site.expectGood("run", Site.job)
        try site.expectGood("restore", Site.job, "2", "--image", site.path("new"))

        let packs = try site.stored("packs")
        #expect(packs.count == 2)
        for path in packs {
            let sum = try Command.run(["sha256sum", path]).outputText.prefix(64)
            #expect(path.hasSuffix("/\(sum.prefix(2))/\(sum).pack"))
        }

        let old = try #require(FileManager.default.contents(atPath: site.path("old")))
        let new = try #require(FileManager.default.contents(atPath: site.path("new")))
        var opened: [String: Data] = [:]
        let cuts = try cuts(site)
        // Plain ones first: on the second night every delta is against one of them.
        for cut in cuts.filter({ $0.record.codec != .delta }) + cuts.filter({ $0.record.codec == .delta }) {
            let content = try #require(try open(cut, opened, site))
            opened[cut.name] = content
            let isOfNew = isTaken(content, from: new, at: cut.record.imageOffset)
            let isOfOld = isTaken(content, from: old, at: cut.record.imageOffset)
            #expect(isOfNew || (isOfOld && cut.record.codec != .delta), "record \(cut.name)")
        }
        #expect(cuts.count { $0.record.codec == .zstd } > 0)
        #expect(cuts.count { $0.record.codec == .delta } >= 3)
    }
}
