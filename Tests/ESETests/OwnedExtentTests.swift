import ESE
import Platform
import TestSupport
import Testing

@Suite struct OwnedExtentTests {
    typealias Node = ESEPage.Node

    static func end(_ size: PageSize, _ pages: [UInt32: [UInt8]]) -> OwnedExtent.End {
        OwnedExtent.end(size) { pages[$0] }
    }

    @Test("the key of the last node is the last page", arguments: PageSize.allCases)
    func leaf(size: PageSize) {
        let page = ESEPage.ownedExtents(size, last: 77_777, dbtime: 1)
        #expect(Self.end(size, [2: page]) == .page(77_777))
    }

    @Test("inner pages lead down their last child", arguments: PageSize.allCases)
    func twoLevels(size: PageSize) {
        let root = ESEPage.make(
            size, number: 2, flags: ESEPage.root | ESEPage.spaceTree, dbtime: 1,
            nodes: [
                Node(key: [0, 0, 1, 0], data: ESEPage.littleEndian(30)),
                Node(key: [], data: ESEPage.littleEndian(31)),
            ])
        let leaf = ESEPage.make(
            size, number: 31, flags: ESEPage.leaf, dbtime: 1,
            nodes: [
                Node(key: ESEPage.bigEndian(500), data: ESEPage.littleEndian(10)),
                Node(key: ESEPage.bigEndian(512), data: ESEPage.littleEndian(12)),
            ])
        #expect(Self.end(size, [2: root, 31: leaf]) == .page(512))
        #expect(Self.end(size, [2: root]) == .unknown(.unreadable(page: 31)))
    }

    @Test("a shared key prefix comes from the external header", arguments: PageSize.allCases)
    func prefix(size: PageSize) {
        var page = ESEPage.make(
            size, number: 2, dbtime: 1, nodes: [Node(key: [2, 3, 0], data: ESEPage.littleEndian(5))])
        // The node `3 0 | 2 3 0 | 5 0 0 0` becomes `2 0 2 0 | 2 3 | 5 0 0 0`: two bytes shared, two own.
        let node = size.pageHeaderBytes + 16
        page.replaceSubrange(size.pageHeaderBytes..<size.pageHeaderBytes + 2, with: [0, 1])
        page.replaceSubrange(node..<node + 10, with: [2, 0, 2, 0, 2, 3, 5, 0, 0, 0])
        page.put(UInt16(10), at: size.bytes - 8)
        if size.isLarge {
            page[node + 1] |= 4 << 5
        } else {
            page.put(UInt16(16 | 4 << 13), at: size.bytes - 6)
        }
        page.sealPage(2)
        #expect(Self.end(size, [2: page]) == .page(0x0001_0203))
    }

    @Test func aLoopEnds() {
        let root = ESEPage.make(
            .kib4, number: 2, flags: ESEPage.root, dbtime: 1,
            nodes: [Node(key: [], data: ESEPage.littleEndian(2))])
        #expect(Self.end(.kib4, [2: root]) == .unknown(.tooDeep))
    }

    @Test func aBadPageIsNotFollowed() {
        var page = ESEPage.ownedExtents(.kib8, last: 50, dbtime: 1)
        page[100] ^= 8
        #expect(Self.end(.kib8, [2: page]) == .unknown(.bad(page: 2, .correctable(bits: [803]))))
    }

    @Test func anExtentLongerThanItsEndIsMalformed() {
        let page = ESEPage.make(
            .kib8, number: 2, dbtime: 1,
            nodes: [Node(key: ESEPage.bigEndian(9), data: ESEPage.littleEndian(10))])
        #expect(Self.end(.kib8, [2: page]) == .unknown(.malformed(page: 2)))
    }

    @Test("a reader's error passes through unchanged")
    func failure() {
        #expect(throws: SystemError(call: "read", path: "x", code: 5)) {
            try OwnedExtent.end(.kib8) { _ throws(SystemError) in
                throw SystemError(call: "read", path: "x", code: 5)
            }
        }
    }

    @Test("well-sealed nonsense never traps", arguments: UInt64(0)..<200)
    func nonsense(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let size = PageSize.allCases[Int(seed % 5)]
        var page = generator.bytes(size.bytes)
        page[36] = UInt8(seed % 4)
        page[37] |= 0x20
        if seed % 3 == 0 {
            // A small tag count, so that the tags themselves are met.
            page.put(UInt16(seed % 9), at: 34)
        }
        page.sealPage(2)
        let sealed = page
        _ = OwnedExtent.end(size) { _ in sealed }
    }
}

@Suite struct BackupTrailerTests {
    static let copy = ESEDatabase {
        $0.backup = 5...9
        $0.required = ESEDatabase.Required(5...7)
    }

    @Test("the last page of a backup copy is read and matches its header")
    func reads() throws {
        let pair = try HeaderPair.find(in: Self.copy.bytes().span)
        let found = BackupTrailer(parsing: Self.copy.slot(Self.copy.slots + 1).span)
        let trailer = try #require(found)
        #expect(trailer.backup.lowGeneration == 5)
        #expect(trailer.backup.highGeneration == 9)
        #expect(trailer.matches(pair.header))
        #expect(TrailerFact(trailer, header: pair.header) == .valid(low: 5, high: 9))
    }

    @Test("the trailer of another database is a mismatch")
    func mismatch() throws {
        let other = ESEDatabase {
            $0.seed = 99
            $0.backup = 5...9
        }
        let pair = try HeaderPair.find(in: Self.copy.bytes().span)
        let trailer = BackupTrailer(parsing: other.slot(other.slots + 1).span)
        #expect(TrailerFact(trailer, header: pair.header) == .mismatched)
    }

    @Test func noOtherPageIsATrailer() throws {
        for number in 1...Self.copy.pages {
            #expect(BackupTrailer(parsing: Self.copy.page(number).span) == nil)
        }
        var page = Self.copy.slot(Self.copy.slots + 1)
        page[50] ^= 1
        #expect(BackupTrailer(parsing: page.span) == nil)
        let pair = try HeaderPair.find(in: Self.copy.bytes().span)
        #expect(TrailerFact(nil, header: pair.header) == .absent)
    }
}
