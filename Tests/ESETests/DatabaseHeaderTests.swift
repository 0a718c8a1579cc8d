import ESE
import Platform
import TestSupport
import Testing

@Suite struct DatabaseHeaderTests {
    @Test func readsEveryFieldOfAHandMadeHeader() throws {
        var page = [UInt8](repeating: 0, count: 4096)
        page.put(DatabaseHeader.magic, at: 4)
        page.put(UInt32(0x620), at: 8)
        page.put(UInt64(403), at: 16)
        page.put(Signature(random: 7, created: .test(minutes: 3)), at: 24)
        page.put(UInt32(2), at: 52)
        page.put(LogPosition(generation: 4, sector: 0x67, byte: 1), at: 56)
        page.put(LogTime.test(minutes: 5), at: 64)
        page.put(LogTime.test(minutes: 6), at: 72)
        page.put(LogPosition(generation: 3, sector: 9, byte: 0x86), at: 80)
        page.put(BackupInfo(mark: .unset, time: .unset, lowGeneration: 11, highGeneration: 12), at: 136)
        page.put(UInt32(1), at: 208)
        page.put(UInt32(20), at: 232)
        page.put(UInt32(2), at: 240)
        page.put(Int32(12), at: 296)
        page.put(Int32(15), at: 300)
        page.put(Int32(16), at: 416)
        page.put(UInt32(0x1122_3344), at: 664)
        let header = try DatabaseHeader(parsing: page.span)
        #expect(header.pageSize == 4096)
        #expect(header.dbtime == 403)
        #expect(header.signature == Signature(random: 7, created: .test(minutes: 3)))
        #expect(header.state == .dirtyShutdown)
        #expect("\(header.lastConsistent.position)" == "(0x4,67,1)")
        #expect(header.lastAttach.time == .test(minutes: 6))
        #expect("\(header.lastAttach.position)" == "(0x3,9,86)")
        #expect(header.backups.previousFull.lowGeneration == 11)
        #expect(!header.isShadowed)
        #expect(header.counters.repairs.count == 2)
        #expect(header.logs.minimum == 12)
        #expect(header.logs.maximum == 15)
        #expect(header.logs.committed == 16)
        #expect(header.fileType == 0x11)
    }

    @Test func timesKeepMillisecondsAndZone() {
        // 24.05.2024 10:20:30.999 UTC: 999 is 7 << 7 | 103.
        let time = LogTime(
            raw: 30 | 20 << 8 | 10 << 16 | 24 << 24 | 5 << 32 | 124 << 40 | (103 << 1 | 1) << 48 | (7 << 1)
                << 56)
        #expect("\(time)" == "05/24/2024 10:20:30.999 UTC")
        #expect("\(LogTime.unset)" == "00/00/1900 00:00:00.000 LOC")
    }

    @Test(
        arguments: [
            (1, "Just Created"), (2, "Dirty Shutdown"), (3, "Clean Shutdown"), (4, "Being Converted"),
            (5, "Force Detach"), (6, "Incremental Reseed In Progress"), (7, "Dirty and Patched Shutdown"),
            (8, "Revert In Progress"), (9, "Unknown (9)"),
        ] as [(UInt32, String)])
    func stateNamesAreStable(value: UInt32, name: String) {
        #expect("\(DatabaseState(rawValue: value))" == name)
    }

    @Test func aShortPageIsTruncated() {
        let page = [UInt8](repeating: 0, count: 747)
        #expect(throws: DatabaseHeaderError.truncated(have: 747)) { try DatabaseHeader(parsing: page.span) }
    }
}

@Suite struct HeaderPairTests {
    static let sizes = PageSize.allCases

    static func file(_ size: PageSize) -> [UInt8] {
        let header = ESEDatabase { $0.size = size }.header()
        return header + header + [UInt8](repeating: 0, count: 4 * size.bytes)
    }

    @Test("two equal copies are good", arguments: sizes)
    func good(size: PageSize) throws {
        let pair = try HeaderPair.find(in: Self.file(size).span)
        #expect(pair.state == .good)
        #expect(pair.pageSize == size)
    }

    @Test("a damaged shadow is reported and not used", arguments: sizes)
    func shadowBad(size: PageSize) throws {
        var file = Self.file(size)
        file[size.bytes + 700] ^= 1
        #expect(try HeaderPair.find(in: file.span).state == .shadowBad)
    }

    @Test("an intact shadow that differs leaves the primary in charge", arguments: sizes)
    func shadowDiffers(size: PageSize) throws {
        let old = ESEDatabase { $0.size = size }.header()
        var new = old
        new.put(UInt64(99_999), at: 16)
        new.sealHeader()
        let pair = try HeaderPair.find(in: (new + old).span)
        #expect(pair.state == .shadowDiffers)
        #expect(pair.header.dbtime == 99_999)
    }

    @Test("a damaged primary is replaced by its shadow", arguments: sizes)
    func primaryBad(size: PageSize) throws {
        var file = Self.file(size)
        for index in 0..<700 { file[index] = 0xFF }
        let pair = try HeaderPair.find(in: file.span)
        #expect(pair.state == .primaryBad)
        #expect(pair.pageSize == size)
    }

    @Test("two damaged copies are no header", arguments: sizes)
    func bothBad(size: PageSize) {
        var file = Self.file(size)
        file[700] ^= 1
        file[size.bytes + 700] ^= 1
        #expect(throws: DatabaseHeaderError.noValidHeader) { try HeaderPair.find(in: file.span) }
    }

    @Test("a file of one page has no shadow", arguments: sizes)
    func onePage(size: PageSize) throws {
        let file = Array(Self.file(size)[..<size.bytes])
        #expect(try HeaderPair.find(in: file.span).state == .shadowBad)
    }

    @Test func aFormatBefore1997IsRefusedByNumber() {
        var header = ESEDatabase().header()
        header.put(UInt32(0x550), at: 8)
        header.sealHeader()
        #expect(throws: DatabaseHeaderError.unsupportedVersion(0x550)) {
            try HeaderPair.find(in: (header + header).span)
        }
    }
}
