import ESE
import Platform
import TestSupport
import Testing

@Suite struct OwnedTreeTests {
    static func database(_ size: PageSize, levels: Int, _ format: ESEDatabase.PageFormat = .new)
        -> ESEDatabase
    {
        ESEDatabase {
            $0.size = size
            $0.treeLevels = levels
            $0.format = format
            $0.pages = 200
            $0.garbageSlots = 3
        }
    }

    @Test("the end is found through every number of levels", arguments: PageSize.allCases, 1...5)
    func levels(size: PageSize, levels: Int) {
        let database = Self.database(size, levels: levels)
        var read: [UInt32] = []
        let end = OwnedExtent.end(size) { number -> [UInt8]? in
            read.append(number)
            return number <= database.slots ? database.page(number) : nil
        }
        #expect(end == .page(200))
        #expect(read.count == levels)
        #expect(read == read.sorted())
    }

    @Test("a whole database with a deep tree is good", arguments: ESEDatabase.PageFormat.allCases)
    func wholeDatabase(format: ESEDatabase.PageFormat) {
        let report = PageTallyTests.report(Self.database(.kib4, levels: 4, format))
        #expect(report.isGood)
        #expect(report.ownedEnd == .page(200))
        #expect(report.badBehindEnd == 3)
    }

    @Test("a bad page on the way down makes every slot count")
    func damagedInnerPage() {
        let database = Self.database(.kib4, levels: 3)
        // Page 8 is the right child of the root.
        let report = PageTallyTests.report(database) { $0[9 * 4096 + 2000] ^= 0xFF }
        #expect(report.badCount == 4)
        guard case .unknown(.bad(page: 8, .correctable)) = report.ownedEnd else {
            guard case .unknown(.bad(page: 8, .badChecksum)) = report.ownedEnd else {
                Issue.record("\(report.ownedEnd)")
                return
            }
            return
        }
    }

    @Test("a day's work leaves trees of many levels whole")
    func mutated() throws {
        let database = ESEDatabase {
            $0.treeLevels = 3
            $0.pages = 100
            $0.format = .mixed
        }
        var bytes = database.bytes()
        let outcome = try ESEMutation(percent: 30, seed: 5).apply(to: &bytes)
        #expect(outcome.changed.count > 10)
        let size = PageSize.kib8
        var tally = PageTally()
        for number in UInt32(1)...100 {
            let offset = size.offset(ofPage: number)
            tally.add(page: bytes.span.extracting(offset..<offset + size.bytes), number: number)
        }
        let end = OwnedExtent.end(size) {
            Array(bytes[size.offset(ofPage: $0)..<size.offset(ofPage: $0 + 1)])
        }
        #expect(tally.finish(ownedEnd: end).isGood)
        #expect(end == .page(100))
    }
}
