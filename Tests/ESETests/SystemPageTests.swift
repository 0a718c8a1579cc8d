import ESE
import Platform
import TestSupport
import Testing

@Suite struct SystemPageTests {
    /// The judgement of a whole file, as a pass makes it.
    static func report(_ bytes: [UInt8]) throws -> PageReport {
        let pair = try HeaderPair.find(in: bytes.span)
        let size = pair.pageSize
        let judge = PageJudge(pair)
        func page(_ number: UInt32) -> [UInt8]? {
            let offset = size.offset(ofPage: number)
            return offset + size.bytes <= bytes.count ? Array(bytes[offset..<offset + size.bytes]) : nil
        }
        var tally = PageTally()
        for number in 1..<UInt32(bytes.count / size.bytes - 1) {
            guard let page = page(number) else { continue }
            tally.count(judge.verdict(of: page.span, number: number), of: page.span, number: number)
        }
        return tally.finish(ownedEnd: OwnedExtent.end(size) { page($0) }, isNew: pair.header.isNew)
    }

    static func blanked(_ bytes: [UInt8], _ pages: ClosedRange<UInt32>, _ size: PageSize) -> [UInt8] {
        var bytes = bytes
        let range = size.offset(ofPage: pages.lowerBound)..<size.offset(ofPage: pages.upperBound + 1)
        bytes.replaceSubrange(range, with: [UInt8](repeating: 0, count: range.count))
        return bytes
    }

    @Test("a blank page 1, 2, 3 or 4 is bad", arguments: PageSize.allCases, UInt32(1)...4)
    func one(size: PageSize, number: UInt32) throws {
        let database = ESEDatabase { $0.size = size }
        let report = try Self.report(Self.blanked(database.bytes(), number...number, size))
        #expect(!report.isGood)
        #expect(report.badCount == 1 && report.notInitialized == 1)
        #expect(report.bad.map(\.number) == [number])
        let page = try #require(SystemPage(rawValue: number))
        #expect(
            report.bad.first?.description
                == "page \(number): blank, -1019 JET_errPageNotInitialized: it is \(page)")
        #expect(report.treeFault == nil)
        #expect(report.blank == 8)
    }

    @Test("a database of which only the headers are left is bad, whatever its checksums are")
    func allBlank() throws {
        for format in ESEDatabase.PageFormat.allCases {
            let database = ESEDatabase { $0.format = format }
            let report = try Self.report(Self.blanked(database.bytes(), 1...64, .kib8))
            #expect(report.notInitialized == 4)
            #expect(report.inUse == 4)
            #expect(report.good == 0 && report.blank == 60)
        }
    }

    @Test("a database that is being created may be blank")
    func new() throws {
        let database = ESEDatabase()
        var bytes = Self.blanked(database.bytes(), 1...64, .kib8)
        var header = database.header()
        header.put(DatabaseState.justCreated.rawValue, at: 52)
        header.sealHeader()
        for slot in 0..<2 { bytes.put(header, at: slot * 8192) }
        let report = try Self.report(bytes)
        #expect(report.isGood)
        #expect(report.inUse == 0)
    }

    @Test("a blank page further down the tree of owned extents is a fault of its own")
    func blankLeaf() throws {
        let database = OwnedTreeTests.database(.kib4, levels: 2)
        let report = try Self.report(Self.blanked(database.bytes(), 8...8, .kib4))
        #expect(report.treeFault == "-1019 JET_errPageNotInitialized: page 8 of the owned extents: blank")
        #expect(!report.isGood)
        #expect(report.warnings.isEmpty)
    }

    @Test("a tree of owned extents without a sensible end is a fault")
    func malformed() throws {
        let database = ESEDatabase()
        var bytes = database.bytes()
        let page = ESEPage.make(
            .kib8, number: 2, dbtime: 1,
            nodes: [.init(key: ESEPage.bigEndian(9), data: ESEPage.littleEndian(10))])
        bytes.put(page, at: PageSize.kib8.offset(ofPage: 2))
        let report = try Self.report(bytes)
        #expect(report.badCount == 0)
        #expect(
            report.treeFault == "-1206 JET_errDatabaseCorrupted: page 2 of the owned extents is malformed")
        #expect(!report.isGood)
    }

    @Test("a bad page of the tree is told once")
    func badRoot() throws {
        var bytes = ESEDatabase().bytes()
        bytes[PageSize.kib8.offset(ofPage: 2) + 500] ^= 0xFF
        let report = try Self.report(bytes)
        #expect(report.badCount == 1)
        #expect(report.treeFault == nil)
        #expect(report.warnings.count == 1)
    }
}

@Suite struct TemporaryDatabaseTests {
    private func header(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var header = ESEDatabase().header()
        header.put(DatabaseState.justCreated.rawValue, at: 52)
        header.put(UInt32(0), at: 104)
        header.put([UInt8](repeating: 0, count: 28), at: 108)
        change(&header)
        header.sealHeader()
        return header + header
    }

    @Test("the engine's temporary database is told by its state, its id and its log signature")
    func properties() {
        #expect(FileKind.sniff(header { _ in }.span) == .temporaryDatabase)
        #expect(FileKind.sniff(header { $0.put(UInt32(5), at: 667) }.span) == .temporaryDatabase)
    }

    @Test("any other database is one")
    func others() {
        #expect(FileKind.sniff(header { $0.put(UInt32(1), at: 104) }.span) == .database)
        #expect(FileKind.sniff(header { $0.put(UInt32(7), at: 108) }.span) == .database)
        #expect(
            FileKind.sniff(header { $0.put(DatabaseState.cleanShutdown.rawValue, at: 52) }.span) == .database)
    }
}

@Suite struct PatchFileTests {
    private static let trailer: [UInt8] = {
        let copy = ESEDatabase {
            $0.backup = 5...9
            $0.required = ESEDatabase.Required(5...7)
        }
        return copy.slot(copy.slots + 1)
    }()

    @Test("an empty patch file, one with the trailer twice, and one with pages are told apart")
    func kinds() throws {
        #expect(PatchFile(parsing: [UInt8]().span, length: 0) == .empty)
        let found = BackupTrailer(parsing: Self.trailer.span)
        let trailer = try #require(found)
        #expect(PatchFile(parsing: (Self.trailer + Self.trailer).span, length: 16384) == .trailer(trailer))
        var torn = Self.trailer + Self.trailer
        torn[50] ^= 1
        #expect(PatchFile(parsing: torn.span, length: 16384) == .trailer(trailer))
        torn[8192 + 50] ^= 1
        #expect(PatchFile(parsing: torn.span, length: 16384) == .pages)
        let long = Self.trailer + Self.trailer + Self.trailer
        #expect(PatchFile(parsing: long.span, length: long.count) == .pages)
        #expect(PatchFile(parsing: ESEDatabase().bytes().span, length: 1 << 19) == .pages)
    }
}
