import BackupStream
import ESE
import Platform
import TestSupport
import Testing

/// Pages that are blank where none may be.
@Suite struct BlankPageTests {
    let bench: Bench
    var folder: String { bench.path("set") }
    var path: String { folder + "/mdb01.edb" }
    var source: SourceSpecification { .ese(path: folder, logs: nil) }
    init() throws { bench = try Bench() }

    func write(_ change: (inout ESEDatabase) -> Void = { _ in }) throws -> ESEDatabase {
        var set = ESESet(pages: 100)
        change(&set.database)
        try set.write(to: folder)
        return set.database
    }

    func blank(_ pages: ClosedRange<UInt32>, _ size: PageSize) throws {
        let count = Int(pages.upperBound - pages.lowerBound + 1) * size.bytes
        try bench.files.open(path, .update)
            .write([UInt8](repeating: 0, count: count).span, at: size.offset(ofPage: pages.lowerBound))
    }

    @Test("a blank page 4 fails a set, a file and a stream", arguments: PageSize.allCases)
    func catalog(size: PageSize) throws {
        _ = try write { $0.size = size }
        try blank(4...4, size)
        let fault =
            "1 bad page: 4; page 4: blank, -1019 JET_errPageNotInitialized: it is the root of the catalog"
        for source in [source, .file(path)] {
            let error = try bench.failure(of: source)
            #expect(error.exitCode == 21)
            #expect(error.detail == "check \(path): \(fault)")
        }
        let bytes = try bench.read(path)
        #expect(throws: BackupError.self) {
            _ = try bench.backup(.stdin, input: GivenInput(bytes))
        }
        var check = StreamPageCheck()
        check.append(bytes.span)
        #expect(check.finish().map(\.fault) == [fault])
    }

    @Test(
        "a database of which only the headers are left fails, dense or as a hole", arguments: [false, true])
    func onlyHeaders(isHole: Bool) throws {
        let database = try write()
        if isHole {
            let file = try bench.files.open(path, .update)
            try file.truncate(to: 2 * 8192)
            try file.truncate(to: database.byteCount)
        } else {
            try blank(1...100, .kib8)
        }
        let error = try bench.failure(of: source)
        #expect(error.exitCode == 21)
        #expect(
            error.detail
                == "check \(path): 4 bad pages: 1, 2, 3, 4; page 1: blank, -1019 JET_errPageNotInitialized: "
                + "it is the root of the database")
        let pages = try bench.backup(source, .init(acceptDamaged: true)).manifest.databases.map(\.pages)
        #expect(pages.map(\.seen) == [100])
        #expect(pages.map(\.blank) == [96])
        #expect(pages.map(\.bad) == [4])
        #expect(pages.map(\.notInitialized) == [4])
        #expect(pages.map(\.inUse) == [4])
    }

    @Test("a page that only the first reading found blank is read again")
    func healed() throws {
        _ = try write()
        let good = try bench.read(path)
        let result = try bench.backup(source, in: BlankingFiles(path, PageSize.kib8.offset(ofPage: 4)))
        #expect(result.health == .good)
        #expect(result.manifest.healedReads == 1)
        let member = try #require(TarReader(bench.files.open(result.imagePath, .read)).members.first)
        #expect(try Array(bench.read(result.imagePath)[member.range]) == good)
    }

    @Test(
        "a blank page of a deeper tree of owned extents fails, before and after its parent",
        arguments: [7, 8])
    func deepTree(leaf: UInt32) throws {
        _ = try write { $0.treeLevels = 2 }
        try blank(leaf...leaf, .kib8)
        guard leaf == 8 else {
            // The way to the end does not lead over the left leaf.
            #expect(try bench.backup(source).health == .good)
            return
        }
        let error = try bench.failure(of: source)
        #expect(
            error.detail
                == "check \(path): -1019 JET_errPageNotInitialized: page 8 of the owned extents: blank")
    }
}

/// The host's files, one page of which reads as zeros from memory, and as what it is from the disk.
private struct BlankingFiles: FileSystemDecorator {
    let base: any FileSystem = HostFileSystem()
    private let victim: String
    private let place: Int

    init(_ victim: String, _ place: Int) {
        self.victim = victim
        self.place = place
    }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        let file = try base.open(path, mode)
        return path == victim ? BlankingFile(file, place..<place + 8192) : file
    }
}

private final class BlankingFile: OpenFileDecorator {
    let base: any OpenFile
    private let range: Range<Int>

    init(_ base: any OpenFile, _ range: Range<Int>) {
        self.base = base
        self.range = range
    }

    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        let got = try base.read(into: &target, at: offset)
        for place in range.clamped(to: offset..<offset + got) { target[place - offset] = 0 }
        return got
    }
}
