import ESE
import Platform
import TestSupport
import Testing

@Suite struct FlushMapTests {
    static let database = ESEDatabase {
        $0.hasFlushMap = true
        $0.pages = 40
    }

    static func header(_ database: ESEDatabase = database) throws -> DatabaseHeader {
        try HeaderPair.find(in: database.bytes().span).header
    }

    static func map(_ bytes: [UInt8]) throws(FlushMapError) -> FlushMap {
        var map = FlushMap()
        for offset in stride(from: 8192, to: bytes.count, by: 8192) {
            try map.append(bytes.span.extracting(offset..<min(offset + 8192, bytes.count)))
        }
        return map
    }

    static func verdict(_ map: FlushMap, _ page: [UInt8], _ number: UInt32) -> PageVerdict {
        map.verdict(PageChecksum.verdict(of: page.span, number: number), of: page.span, number: number)
    }

    @Test("a clean map belongs to the clean database that has its signature")
    func belongs() throws {
        let bytes = Self.database.flushMap()
        #expect(FileKind.sniff(bytes.span) == .flushMap)
        let header = try FlushMapHeader(parsing: bytes.span)
        #expect(header.version == 3)
        #expect(header.isClean)
        #expect(header.isUsable(with: try Self.header()))
        let dirty = try FlushMapHeader(parsing: Self.database.flushMap(isClean: false).span)
        #expect(dirty.belongs(to: try Self.header()))
        #expect(!dirty.isUsable(with: try Self.header()))
    }

    @Test("neither a dirty database, nor another one, nor one without a signature has a map")
    func foreign() throws {
        let map = try FlushMapHeader(parsing: Self.database.flushMap().span)
        var other = Self.database
        other.required = .init(3...4)
        #expect(!map.isUsable(with: try Self.header(other)))
        other = Self.database
        other.seed = 7
        #expect(!map.isUsable(with: try Self.header(other)))
        other = Self.database
        other.hasFlushMap = false
        #expect(!map.isUsable(with: try Self.header(other)))
        // Two signatures of zeros are no match.
        var unsigned = ESEFlushMap.header(seed: 1, isClean: true)
        unsigned.replaceSubrange(116..<144, with: [UInt8](repeating: 0, count: 28))
        unsigned.sealHeader()
        #expect(!(try FlushMapHeader(parsing: unsigned.span).isUsable(with: Self.header(other))))
    }

    @Test("the signature of the database's own header counts as well")
    func databaseSignature() throws {
        var header = Self.database.header()
        var map = ESEFlushMap.header(seed: 99, isClean: true)
        for (offset, place) in [(584, true), (88, false)] {
            let signature = Signature(random: 55, created: .test(minutes: 8))
            if place { header.put(signature, at: offset) } else { map.put(signature, at: offset) }
        }
        header.sealHeader()
        map.sealHeader()
        let database = try DatabaseHeader(parsing: header.span)
        #expect(try FlushMapHeader(parsing: map.span).isUsable(with: database))
    }

    @Test("damage of a header is told apart")
    func damagedHeader() {
        var bytes = Self.database.flushMap()
        #expect(throws: FlushMapError.truncated) {
            _ = try FlushMapHeader(parsing: bytes.span.extracting(0..<8191))
        }
        bytes[300] ^= 1
        #expect(throws: FlushMapError.badHeader) { _ = try FlushMapHeader(parsing: bytes.span) }
        bytes[300] ^= 1
        bytes[667] = 4
        bytes.replaceSubrange(0..<8192, with: sealed(Array(bytes[..<8192])))
        #expect(throws: FlushMapError.notAFlushMap) { _ = try FlushMapHeader(parsing: bytes.span) }
    }

    private func sealed(_ header: [UInt8]) -> [UInt8] {
        var header = header
        header.sealHeader()
        return header
    }

    @Test("an intact database has no lost write", arguments: PageSize.allCases)
    func intact(size: PageSize) throws {
        var database = Self.database
        database.size = size
        let map = try Self.map(database.flushMap())
        for number in 1...database.pages {
            let page = database.page(number)
            #expect(Self.verdict(map, page, number) == (database.isBlank(number) ? .blank : .good))
            let type = ESEFlushMap.type(of: number, seed: database.seed)
            #expect(map.state(of: number) == (database.isBlank(number) ? .unknown : type))
            #expect(database.isBlank(number) || FlushType(of: page.span) == type)
        }
    }

    @Test("a page of another flush type is a lost write, and so is a blank one that was written")
    func lost() throws {
        let map = try Self.map(Self.database.flushMap())
        let number: UInt32 = 9
        let recorded = ESEFlushMap.type(of: number, seed: 1)
        for type in [FlushType.unknown, .rock, .paper, .scissors] where type != recorded {
            let page = ESEPage.content(.kib8, number: number, .init(dbtime: 5, flushType: type), seed: 1)
            #expect(
                Self.verdict(map, page, number) == .lostWrite(LostFlush(found: type, recorded: recorded)))
        }
        let blank = [UInt8](repeating: 0, count: 8192)
        let verdict = Self.verdict(map, blank, number)
        #expect(verdict == .lostWrite(LostFlush(found: nil, recorded: recorded)))
        #expect(!verdict.isGood)
        #expect(
            verdict.description
                == "lost write, -1119 JET_errReadLostFlushVerifyFailure: the page is blank, "
                + "the flush map has \(recorded)")
    }

    @Test("what the map does not know, and what is bad anyway, stays as it is")
    func unknown() throws {
        let map = try Self.map(Self.database.flushMap())
        let blank: UInt32 = 13
        #expect(Self.database.isBlank(blank))
        let page = ESEPage.content(.kib8, number: blank, .init(dbtime: 5, flushType: .rock), seed: 1)
        #expect(Self.verdict(map, page, blank) == .good)
        #expect(map.state(of: .max) == .unknown)
        var bad = ESEPage.content(.kib8, number: 9, .init(dbtime: 5), seed: 1)
        bad[700] ^= 1
        #expect(Self.verdict(map, bad, 9) == .correctable(bits: [5600]))
    }

    @Test("the states of a second page of the map follow those of the first")
    func secondPage() throws {
        let database = ESEDatabase {
            $0.hasFlushMap = true
            $0.pages = 70_000
        }
        let map = try Self.map(database.flushMap())
        for number: UInt32 in [1, 32_510, 32_511, 32_512, 32_513, 65_023, 65_024, 65_500] {
            let expected = database.isBlank(number) ? .unknown : ESEFlushMap.type(of: number, seed: 1)
            #expect(map.state(of: number) == expected)
        }
        #expect(map.state(of: 70_001) == .unknown)
    }

    @Test("each flipped bit of a page of states is found", arguments: [0, 63, 500, 16 * 8, 65_535])
    func damagedStates(bit: Int) {
        var bytes = Self.database.flushMap()
        bytes[8192 + bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(throws: FlushMapError.badPage(0)) { _ = try Self.map(bytes) }
    }

    @Test("a page of states in another's place is found, a blank one knows nothing")
    func misplacedStates() throws {
        let bytes = Self.database.flushMap()
        let page = Array(bytes[8192...])
        var map = FlushMap()
        try map.append([UInt8](repeating: 0, count: 8192).span)
        #expect(map.state(of: 9) == .unknown)
        #expect(throws: FlushMapError.badPage(1)) { try map.append(page.span) }
        #expect(throws: FlushMapError.truncated) { try map.append(page.span.extracting(0..<100)) }
    }

    @Test("lost writes are counted, listed and told as eseutil's report would")
    func report() throws {
        let map = try Self.map(Self.database.flushMap())
        var tally = PageTally()
        for number in 1...Self.database.pages {
            let page = number == 9 ? [UInt8](repeating: 0, count: 8192) : Self.database.page(number)
            tally.count(Self.verdict(map, page, number), of: page.span, number: number)
        }
        let report = tally.finish(ownedEnd: .page(40), flushMap: .used)
        #expect(report.lostWrites == 1)
        #expect(report.badCount == 1)
        #expect(!report.isGood)
        #expect(report.bad.map(\.verdict.kind) == ["lost_write"])
        let text = EseutilReport.pages(report)
        #expect(text.hasPrefix("ERROR: page 9 lost write, -1119 JET_errReadLostFlushVerifyFailure: "))
        #expect(text.contains("\n0 wrong page numbers\n1 lost write\n"))
    }
}
