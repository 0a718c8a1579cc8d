import ESE
import Platform
import TestSupport
import Testing

@Suite struct PageTallyTests {
    /// Runs every slot of a database through a tally, after `damage` had its way with the file.
    static func report(
        _ database: ESEDatabase, listLimit: Int = PageTally.defaultListed,
        damage: (inout [UInt8]) -> Void = { _ in }
    ) -> PageReport {
        var bytes = database.bytes()
        damage(&bytes)
        let size = database.size
        var tally = PageTally(listLimit: listLimit)
        for number in 1...database.slots {
            let offset = size.offset(ofPage: number)
            tally.add(page: bytes.span.extracting(offset..<offset + size.bytes), number: number)
        }
        let end = OwnedExtent.end(size) { number in
            let offset = size.offset(ofPage: number)
            return offset + size.bytes <= bytes.count ? Array(bytes[offset..<offset + size.bytes]) : nil
        }
        return tally.finish(ownedEnd: end)
    }

    @Test("an intact database has no bad page", arguments: PageSize.allCases)
    func intact(size: PageSize) {
        let database = ESEDatabase { $0.size = size }
        let report = Self.report(database)
        let blanks = (1...database.pages).count { database.isBlank($0) }
        #expect(report.isGood)
        #expect(report.seen == 64)
        #expect(report.blank == blanks)
        #expect(report.good == 64 - blanks)
        #expect(report.ownedEnd == .page(64))
        #expect(report.highestDbtime == 10_064)
        #expect(report.highestDbtimePage == 2)
        #expect(report.warnings.isEmpty)
    }

    @Test("each kind of damage is counted and named")
    func kinds() {
        let database = ESEDatabase()
        let report = Self.report(database) { bytes in
            let size = database.size.bytes
            bytes[9 * size + 100] ^= 1
            bytes[10 * size + 100] ^= 0xFF
            bytes.replaceSubrange(13 * size..<14 * size, with: bytes[16 * size..<17 * size])
        }
        #expect(!report.isGood)
        #expect(report.correctable == 1)
        #expect(report.badChecksum == 2)
        #expect(report.bad.map(\.number) == [8, 9, 12])
        #expect(report.bad.first?.description == "page 8: checksum failed, as if bit 800 had flipped")
        #expect(report.bad.last?.description.hasSuffix("perhaps page 15") == true)
    }

    @Test("garbage behind the owned end is a warning")
    func behindEnd() {
        let report = Self.report(ESEDatabase { $0.garbageSlots = 16 })
        #expect(report.isGood)
        #expect(report.badBehindEnd == 16)
        #expect(report.behindEnd.map(\.number) == Array(65...80))
        #expect(report.warnings == ["16 slots with garbage after the end of the database at page 64"])
    }

    @Test("when the end is unknown every slot counts")
    func unknownEnd() {
        let database = ESEDatabase { $0.garbageSlots = 3 }
        let report = Self.report(database) { $0[3 * database.size.bytes + 200] ^= 0xFF }
        #expect(report.badCount == 4)
        #expect(report.warnings.first?.hasPrefix("the end of the database is unknown") == true)
    }

    @Test("the trailer of a backup copy is not a page", arguments: PageSize.allCases)
    func trailer(size: PageSize) {
        let report = Self.report(
            ESEDatabase {
                $0.size = size
                $0.backup = 1...3
            })
        #expect(report.isGood)
        #expect(report.hasTrailer)
        #expect(report.slots == 64)
        #expect(report.badBehindEnd == 0)
    }

    @Test("a trailer in the middle is a bad page")
    func strayTrailer() {
        let database = ESEDatabase { $0.backup = 1...3 }
        let size = database.size.bytes
        let report = Self.report(database) { bytes in
            bytes.replaceSubrange(20 * size..<21 * size, with: bytes[66 * size..<67 * size])
        }
        #expect(report.hasTrailer)
        #expect(report.bad.map(\.number) == [19])
    }

    @Test("a file that ends before its database is truncated")
    func truncated() {
        var database = ESEDatabase()
        let end = OwnedExtent.End.page(64)
        database.pages = 64
        var tally = PageTally()
        for number in UInt32(1)...60 { tally.add(page: database.page(number).span, number: number) }
        let report = tally.finish(ownedEnd: end)
        #expect(report.truncated == 61...64)
        #expect(!report.isGood)
    }

    @Test("no pages at all are not good")
    func nothing() { #expect(!PageTally().finish(ownedEnd: .unknown(.unreadable(page: 2))).isGood) }

    @Test("the list is bounded and the counts are not")
    func bounded() {
        var tally = PageTally(listLimit: 2)
        let page = [UInt8](repeating: 1, count: 4096)
        for number in UInt32(1)...10_000 where number % 3 == 0 {
            tally.count(
                .badChecksum(PageMismatch(block: 0, stored: 1, computed: 2)), of: page.span, number: number)
        }
        let report = tally.finish(ownedEnd: .page(5_000))
        #expect(report.badChecksum == 1666)
        #expect(report.badBehindEnd == 3333 - 1666)
        #expect(report.bad.map(\.number) == [3, 6])
    }
}
