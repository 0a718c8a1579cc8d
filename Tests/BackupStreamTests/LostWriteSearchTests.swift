import BackupStream
import ESE
import Image
import Platform
import TestSupport
import Testing

@Suite struct LostWriteSearchTests {
    let bench: Bench
    var folder: String { bench.path("set") }
    var path: String { folder + "/mdb01.edb" }
    var source: SourceSpecification { .ese(path: folder, logs: nil) }
    init() throws {
        bench = try Bench()
        try ESESet(pages: 100).write(to: folder)
    }

    /// Writes a page in its slot, and raises the header's counter.
    func put(_ page: [UInt8], _ number: UInt32, headerDbtime: UInt64 = 20_000) throws {
        let file = try bench.files.open(path, .update)
        try file.write(page.span, at: PageSize.kib8.offset(ofPage: number))
        try raise(headerDbtime)
    }

    func raise(_ dbtime: UInt64) throws {
        let file = try bench.files.open(path, .update)
        var header = try file.bytes(at: 0, count: 8192)
        header.put(dbtime, at: 16)
        header.sealHeader()
        for slot in 0..<2 { try file.write(header.span, at: slot * 8192) }
    }

    func page(_ number: UInt32, dbtime: UInt64) -> [UInt8] {
        ESEPage.content(.kib8, number: number, dbtime: dbtime, seed: 1)
    }

    /// The object of a made-up page.
    func object(_ number: UInt32) -> UInt32 { 20 + number % 7 }

    func image(_ result: BackupResult) throws -> SearchedImage {
        SearchedImage(
            file: try bench.files.open(result.imagePath, .read), signature: result.signature,
            manifest: try result.entry.manifest(in: bench.files))
    }

    func search(_ new: BackupResult, _ old: BackupResult) throws -> LostWrites {
        try LostWriteSearch(in: image(new), since: image(old)).search()
    }

    @Test("exactly the pages that went back in time are found", arguments: UInt64(1)...4)
    func found(seed: UInt64) throws {
        var bytes = try bench.read(path)
        let day = try ESEMutation(percent: 60, seed: seed).apply(to: &bytes)
        let before = bytes
        try bench.files.open(path, .update).write(bytes.span, at: 0)
        let first = try bench.backup(source)
        let next = try ESEMutation(percent: 40, seed: seed + 100).apply(to: &bytes)
        // Of the pages of the first day, some come back as they were before it.
        let original = ESESet(pages: 100).database
        let lost = day.changed.filter { $0 % 3 == 0 }
        for number in lost {
            let offset = PageSize.kib8.offset(ofPage: number)
            bytes.replaceSubrange(offset..<offset + 8192, with: original.page(number))
        }
        try bench.files.open(path, .update).write(bytes.span, at: 0)
        let second = try bench.backup(source)
        #expect(second.health == .good)
        let found = try search(second, first)
        #expect(!lost.isEmpty && next.dbtime > day.dbtime)
        #expect(found.count == lost.count)
        #expect(found.pages.map(\.page) == lost)
        for page in found.pages {
            let offset = PageSize.kib8.offset(ofPage: page.page)
            #expect(page.dbtimeBefore == before.span.uint64(at: offset + 8))
            #expect(page.dbtime == 10_000 + UInt64(page.page))
            #expect(page.objectID == object(page.page))
            #expect(page.member == "mdb01.edb")
        }
    }

    @Test func anUnchangedDatabaseHasNone() throws {
        let first = try bench.backup(source)
        #expect(try search(bench.backup(source), first).isEmpty)
    }

    @Test func aDayOfWorkHasNone() throws {
        let first = try bench.backup(source)
        let file = try bench.files.open(path, .update)
        _ = try ESEMutation(percent: 50, appended: 9, seed: 3).apply(to: file)
        let found = try search(bench.backup(source), first)
        #expect(found == LostWrites())
        #expect(found.description == "no page is older than in the image shipped before")
    }

    @Test("a page of another object, and one that is as old as before are none")
    func none() throws {
        for number: UInt32 in [9, 10, 11] { try put(page(number, dbtime: 15_000), number) }
        let first = try bench.backup(source)
        try put(
            ESEPage.make(.kib8, number: 9, dbtime: 300, tree: 4, nodes: [.init(key: [1], data: [2])]), 9)
        var same = page(11, dbtime: 15_000)
        same[4000] ^= 1
        same.sealPage(11)
        try put(same, 11)
        #expect(try search(bench.backup(source), first).isEmpty)
        // A page that was blank before cannot be older than it was.
        try put(Self.blank, 10)
        let second = try bench.backup(source)
        try put(page(10, dbtime: 4), 10)
        #expect(try search(bench.backup(source), second).isEmpty)
    }

    static let blank = [UInt8](repeating: 0, count: 8192)

    /// Makes page 3 the tree of available extents with this extent, and sets the counters of trimming and shrinking.
    func free(_ extent: ClosedRange<UInt32>?, trims: UInt32 = 0, shrinks: UInt32 = 0) throws {
        let nodes = extent.map { extent in
            [
                ESEPage.Node(
                    key: ESEPage.bigEndian(extent.upperBound),
                    data: ESEPage.littleEndian(UInt32(extent.count)))
            ]
        }
        try put(
            ESEPage.make(
                .kib8, number: 3, flags: ESEPage.root | ESEPage.leaf | ESEPage.spaceTree, dbtime: 16_000,
                nodes: nodes ?? []), 3)
        let file = try bench.files.open(path, .update)
        var header = try file.bytes(at: 0, count: 8192)
        header.put(shrinks, at: 552)
        header.put(trims, at: 580)
        header.sealHeader()
        for slot in 0..<2 { try file.write(header.span, at: slot * 8192) }
    }

    @Test("a page that was in use and is blank is suspect, and stays so until it is written")
    func blankPage() throws {
        let first = try bench.backup(source)
        try put(Self.blank, 10)
        try put(Self.blank, 11)
        let second = try bench.backup(source)
        let found = try search(second, first)
        #expect(
            found.pages
                == [10, 11].map { number in
                    SuspectPage(
                        member: "mdb01.edb", page: number, dbtime: 0, dbtimeBefore: 10_000 + UInt64(number),
                        objectID: object(number), isBlank: true)
                })
        #expect(
            found.description
                == "2 pages are blank and were in use in the image shipped before, as after lost writes: "
                + "mdb01.edb page 10 (object 23): blank, its dbtime was 10010; "
                + "mdb01.edb page 11 (object 24): blank, its dbtime was 10011")
        let kept = try second.entry.record(found, in: bench.files)
        #expect(try ImageManifest(parsing: kept.json).suspectPages == found.pages)
        try put(page(11, dbtime: 15_000), 11)
        let third = try bench.backup(source)
        #expect(try search(third, second).pages.map(\.page) == [10])
    }

    @Test("a hole in the file is a blank page")
    func hole() throws {
        let first = try bench.backup(source)
        let bytes = try bench.read(path)
        let file = try bench.files.open(path, .update)
        try file.truncate(to: 40 * 8192)
        try file.truncate(to: bytes.count)
        try file.write(bytes.span.extracting(60 * 8192..<bytes.count), at: 60 * 8192)
        let found = try search(bench.backup(source), first)
        #expect(found.pages.map(\.page) == Array(39...58).filter { !ESESet(pages: 100).database.isBlank($0) })
    }

    @Test("pages of every size that are blank are found", arguments: PageSize.allCases)
    func everySize(size: PageSize) throws {
        try ESESet(size: size, pages: 100).write(to: bench.path("sized"))
        let sized = bench.path("sized") + "/mdb01.edb"
        let first = try bench.backup(.ese(path: bench.path("sized"), logs: nil))
        let file = try bench.files.open(sized, .update)
        try file.write([UInt8](repeating: 0, count: 9 * size.bytes).span, at: size.offset(ofPage: 40))
        let second = try bench.backup(.ese(path: bench.path("sized"), logs: nil))
        let found = try search(second, first)
        #expect(found.pages.map(\.page) == Array(40...48))
        #expect(found.pages.allSatisfy { $0.isBlank == true })
    }

    @Test("a free page may be blank, and so may any once the file was trimmed or cut")
    func freed() throws {
        try free(nil)
        let first = try bench.backup(source)
        for number: UInt32 in [10, 11, 20] { try put(Self.blank, number) }
        try free(10...11)
        let second = try bench.backup(source)
        let found = try search(second, first)
        #expect(found.pages.map(\.page) == [20])
        _ = try second.entry.record(found, in: bench.files)
        // Freed afterwards: no tree needs it any more.
        try free(10...20)
        #expect(try search(bench.backup(source), second).isEmpty)
        for (trims, shrinks) in [(UInt32(1), UInt32(0)), (0, 1)] {
            try free(nil, trims: trims, shrinks: shrinks)
            #expect(try search(bench.backup(source), first).isEmpty)
        }
    }

    @Test("an older copy put back on purpose is none: its header is older too")
    func olderCopy() throws {
        try put(page(9, dbtime: 15_000), 9)
        let first = try bench.backup(source)
        try put(page(9, dbtime: 200), 9, headerDbtime: 19_999)
        #expect(try search(bench.backup(source), first).isEmpty)
        try raise(20_000)
        #expect(try search(bench.backup(source), first).count == 1)
    }

    @Test("another database of the same name is none")
    func otherSignature() throws {
        try put(page(9, dbtime: 15_000), 9)
        let first = try bench.backup(source)
        let file = try bench.files.open(path, .update)
        var header = try file.bytes(at: 0, count: 8192)
        header.put(UInt32(77), at: 24)
        header.sealHeader()
        for slot in 0..<2 { try file.write(header.span, at: slot * 8192) }
        try put(page(9, dbtime: 200), 9)
        #expect(try search(bench.backup(source), first).isEmpty)
    }

    @Test("slots behind the end of the database are none")
    func behindEnd() throws {
        let file = try bench.files.open(path, .update)
        try file.write(page(101, dbtime: 500).span, at: PageSize.kib8.offset(ofPage: 101))
        let first = try bench.backup(source)
        try file.write(page(101, dbtime: 400).span, at: PageSize.kib8.offset(ofPage: 101))
        #expect(try search(bench.backup(source), first).isEmpty)
    }

    @Test("accepted damage is not taken for age")
    func damage() throws {
        try put(page(9, dbtime: 15_000), 9)
        let first = try bench.backup(source)
        var bad = page(9, dbtime: 15_000)
        bad[9] = 0
        try put(bad, 9)
        let second = try bench.backup(source, .init(acceptDamaged: true))
        #expect(second.health == .damaged)
        #expect(try search(second, first).isEmpty)
    }

    @Test("a suspect page stays one until it is written again")
    func carried() throws {
        try put(page(9, dbtime: 15_000), 9)
        try put(page(20, dbtime: 15_000), 20)
        let first = try bench.backup(source)
        try put(page(9, dbtime: 14_000), 9)
        try put(page(20, dbtime: 14_000), 20)
        let second = try bench.backup(source)
        let found = try search(second, first)
        let nine = SuspectPage(
            member: "mdb01.edb", page: 9, dbtime: 14_000, dbtimeBefore: 15_000, objectID: object(9))
        #expect(found.pages.map(\.page) == [9, 20])
        #expect(found.pages.first == nine)
        let kept = try second.entry.record(found, in: bench.files)
        #expect(kept.suspectPages == found.pages)
        #expect(try second.entry.manifest(in: bench.files) == kept)
        #expect(kept.summary.suspectPageCount == 2)
        #expect(try ManifestSummary(parsing: kept.summary.json).suspectPages == found.pages)

        // Nothing changes: both stay suspect although no block differs.
        let third = try bench.backup(source)
        #expect(try search(third, second) == found)
        _ = try third.entry.record(found, in: bench.files)
        // One is written again, with a newer counter; the other only a little, still older than it once was.
        try put(page(9, dbtime: 14_500), 9)
        try put(page(20, dbtime: 15_000), 20)
        let fourth = try bench.backup(source)
        let left = try search(fourth, third)
        #expect(left.pages.map(\.page) == [9])
        #expect(left.pages.map(\.dbtime) == [14_500])
        #expect(left.pages.map(\.dbtimeBefore) == [15_000])
        _ = try fourth.entry.record(left, in: bench.files)
        // It falls back once more: the highest counter it ever had is remembered.
        try put(page(9, dbtime: 13_000), 9)
        let fifth = try bench.backup(source)
        #expect(try search(fifth, fourth).pages.map(\.dbtimeBefore) == [15_000])
        // Written for good: the record is cleared.
        try put(page(9, dbtime: 15_001), 9)
        let sixth = try bench.backup(source)
        let nothing = try search(sixth, fifth)
        #expect(nothing.isEmpty)
        #expect(try sixth.entry.record(nothing, in: bench.files).suspectPages == nil)
    }

    @Test("a database that is a source by itself is searched too")
    func raw() throws {
        try put(page(9, dbtime: 15_000), 9)
        try bench.files.makeFolder(bench.path("old"))
        let copy = try bench.read(path)
        let first = try bench.backup(.file(path))
        try put(page(9, dbtime: 200), 9)
        let second = try bench.backup(.file(path))
        let new = try image(second)
        let old = SearchedImage(
            file: MemoryFile(copy), signature: first.signature, manifest: first.manifest)
        let found = try LostWriteSearch(in: new, since: old).search()
        #expect(found.pages.map(\.member) == [""])
        #expect(
            found.description
                == "1 page is older than in the image shipped before, as after lost writes: "
                + "page 9 (object \(object(9))): dbtime 200, it was 15000")
    }

    @Test("only what changed is read")
    func cost() throws {
        try put(page(9, dbtime: 15_000), 9)
        let first = try bench.backup(source)
        try put(page(9, dbtime: 200), 9)
        let second = try bench.backup(source)
        let counting = CountingFile(try bench.files.open(second.imagePath, .read))
        let new = SearchedImage(file: counting, signature: second.signature, manifest: second.manifest)
        #expect(try LostWriteSearch(in: new, since: image(first)).search().count == 1)
        // The tree of owned extents, one header, and the suspect page whole.
        #expect(counting.bytes == 8192 + 40 + 8192)
    }

    @Test("an image that cannot be read is an error of the spool")
    func unreadable() throws {
        try put(page(9, dbtime: 15_000), 9)
        let first = try bench.backup(source)
        try put(page(9, dbtime: 200), 9)
        let second = try bench.backup(source)
        let cut = SearchedImage(file: MemoryFile(), signature: first.signature, manifest: first.manifest)
        let error = #expect(throws: BackupError.self) {
            _ = try LostWriteSearch(in: image(second), since: cut).search()
        }
        #expect(error?.kind == .spool)
    }

    @Test func moreThanAThousandAreCountedAndNotNamed() throws {
        let bytes = ESEDatabase {
            $0.size = .kib2
            $0.pages = 1400
        }
        try bench.files.open(bench.path("big.edb"), .create).write(bytes.bytes().span, at: 0)
        let first = try bench.backup(.file(bench.path("big.edb")))
        let before = try bench.read(bench.path("big.edb"))
        let file = try bench.files.open(bench.path("big.edb"), .update)
        var count = 0
        for number in UInt32(3)...1400 where !bytes.isBlank(number) {
            let old = ESEPage.content(.kib2, number: number, dbtime: 3, seed: 1)
            try file.write(old.span, at: PageSize.kib2.offset(ofPage: number))
            count += 1
        }
        let second = try bench.backup(.file(bench.path("big.edb")))
        let old = SearchedImage(
            file: MemoryFile(before), signature: first.signature, manifest: first.manifest)
        let found = try LostWriteSearch(in: image(second), since: old).search()
        #expect(found.count == count && count > 1000)
        #expect(found.pages.count == count)
        #expect(found.description.hasSuffix("; …"))
        var manifest = second.manifest
        found.record(in: &manifest)
        #expect(manifest.summary.suspectPages?.count == 5)
        #expect(manifest.summary.json.count < 4096)
        #expect(try ImageManifest(parsing: manifest.json) == manifest)
    }
}

/// Counts the bytes that are read.
private final class CountingFile: OpenFileDecorator {
    let base: any OpenFile
    private(set) var bytes = 0
    init(_ base: any OpenFile) { self.base = base }

    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        bytes += target.count
        return try base.read(into: &target, at: offset)
    }
}
