import ESE
import Platform
import TestSupport
import Testing

@Suite struct LogHeaderTests {
    @Test func readsEveryFieldOfAMadeLog() throws {
        let header = try LogHeader(parsing: ESELog.header(0x12, seed: 5, previousSum: 0xABCD).span)
        #expect(header.generation == 0x12)
        #expect(header.sectorBytes == 4096)
        #expect(header.headerSectors == 1)
        #expect(header.fileBytes == 16 * 4096)
        #expect(header.pageSize == 8192)
        #expect(header.created == ESELog.created(0x12))
        #expect(header.previousCreated == ESELog.created(0x11))
        #expect("\(header.version)" == "(8.4000.5.16)")
        #expect(header.signature == ESELog.signature(seed: 5))
        #expect(header.environment.systemPath == "C:\\logs\\")
        #expect(header.environment.logPath == "C:\\logs\\")
        #expect(header.previousSegmentSum == 0xABCD)
        #expect("\(header.checkpoint)" == "(0x11,1,0)")
        #expect(header.databases.map(\.path) == ["C:\\db\\mdb01.edb"])
        #expect(header.databases.first?.signature == ESEDatabase { $0.seed = 5 }.signature)
    }

    @Test func namesOfDatabasesMayBeUTF16() throws {
        var header = ESELog.header(1, seed: 5)
        let name: [UInt8] = [0x44, 0, 0x3A, 0, 0x5C, 0, 0xE4, 0, 0, 0]
        header[672] = 0x20
        header.put(UInt16(name.count), at: 673)
        header.replaceSubrange(735..<735 + 32, with: name + [UInt8](repeating: 0, count: 22))
        header.sealHeader()
        #expect(try LogHeader(parsing: header.span).databases.map(\.path) == ["D:\\ä"])
    }

    @Test("a changed byte is damage", arguments: [4, 16, 700, 4095])
    func damaged(offset: Int) {
        var header = ESELog.header(1, seed: 5)
        header[offset] ^= 0x10
        #expect(throws: LogHeaderError.badChecksum) { try LogHeader(parsing: header.span) }
    }

    @Test func reservesHoldNothingYet() {
        let fill = (0..<4096).map { UInt8(($0 % 16) << 4 | 0xA) }
        for unused in [[UInt8](repeating: 0, count: 4096), fill] {
            #expect(throws: LogHeaderError.neverUsed) { try LogHeader(parsing: unused.span) }
        }
    }

    @Test func aVersionBeforeSevenIsRefused() {
        var header = ESELog.header(1, seed: 5)
        header.put(UInt32(6), at: 32)
        header.sealHeader()
        #expect(throws: LogHeaderError.unsupportedVersion(6)) { try LogHeader(parsing: header.span) }
    }

    @Test func aShortFileIsTruncated() {
        #expect(throws: LogHeaderError.truncated(have: 4095)) {
            try LogHeader(parsing: [UInt8](repeating: 0, count: 4095).span)
        }
    }

    @Test("a claimed name that leaves the list ends it")
    func longName() throws {
        var header = ESELog.header(1, seed: 5)
        header.put(UInt16.max, at: 673)
        header.sealHeader()
        #expect(try LogHeader(parsing: header.span).databases.isEmpty)
    }
}

@Suite struct LogNameTests {
    @Test(
        arguments: [
            ("E00.log", "E00", .current), ("edb.LOG", "edb", .current), ("e00.jtx", "e00", .current),
            ("E0000012.log", "E00", .archived(generation: 0x12)),
            ("E0000000012.log", "E00", .archived(generation: 0x12)),
            ("j501e2eC.log", "j50", .archived(generation: 0x1E2EC)),
            ("E00tmp.log", "E00", .prepared), ("res1.log", "", .reserve),
            ("E00res00002.jrs", "E00", .reserve),
            ("E00.chk", "E00", .checkpoint), ("edb.jcp", "edb", .checkpoint),
        ] as [(String, String, LogName.Role)])
    func namesOfAStream(text: String, base: String, role: LogName.Role) {
        #expect(LogName(text)?.base == base)
        #expect(LogName(text)?.role == role)
    }

    @Test(arguments: [
        "", ".log", "E00", "E0.log", "E000012.log", "E000000001.log", "E00000g2.log", "mdb01.edb",
        "E00+0012.log",
    ])
    func otherNames(text: String) { #expect(LogName(text) == nil) }

    @Test func theFileDecidesItsGeneration() throws {
        let header = try LogHeader(parsing: ESELog.header(0x12, seed: 5).span)
        #expect(LogName("E0000012.log")?.contradicts(header) == false)
        #expect(LogName("E0000013.log")?.contradicts(header) == true)
        #expect(LogName("E00.log")?.contradicts(header) == false)
        let fact = LogFact(name: "/x/E0000013.log", header: header, fileBytes: header.fileBytes)
        #expect(fact.problem == .logGenerationMismatch)
        #expect(LogFact(name: "E00.log", header: header, fileBytes: 4096).problem == .logFileCorrupt)
    }

    @Test func highGenerationsHaveEightDigits() {
        #expect(LogName.archived(base: "E00", generation: 0x12, isLong: false) == "E0000012.log")
        #expect(LogName.archived(base: "E00", generation: 0x100000, isLong: false) == "E0000100000.log")
    }
}

@Suite struct CheckpointTests {
    static let file = ESELog.checkpoint(0xF, seed: 3)

    @Test func readsTheCheckpoint() throws {
        let checkpoint = try CheckpointHeader(parsing: Self.file.span)
        #expect("\(checkpoint.checkpoint)" == "(0xF,1,0)")
        #expect(checkpoint.logSignature == ESELog.signature(seed: 3))
        #expect(checkpoint.environment.systemPath == "C:\\logs\\")
        #expect(checkpoint.databases.count == 1)
        #expect(checkpoint.state == .good)
    }

    @Test("either copy will do, none will not")
    func copies() throws {
        var file = Self.file
        file[100] ^= 1
        #expect(try CheckpointHeader(parsing: file.span).state == .primaryBad)
        file[4196] ^= 1
        #expect(throws: CheckpointError.corrupt) { try CheckpointHeader(parsing: file.span) }
        file[100] ^= 1
        #expect(try CheckpointHeader(parsing: file.span).state == .shadowBad)
    }

    @Test func aLogIsNoCheckpoint() {
        #expect(throws: CheckpointError.notACheckpoint) {
            try CheckpointHeader(parsing: ESELog.header(1, seed: 3).span)
        }
    }
}

@Suite struct LogChainTests {
    static func fact(_ generation: Int32, seed: UInt64 = 1, problem: ErrorCode? = nil) -> LogFact {
        LogFact(
            name: "E\(generation)", generation: Int(generation), signature: ESELog.signature(seed: seed),
            created: ESELog.created(generation), previousCreated: ESELog.created(generation - 1),
            problem: problem)
    }

    @Test func anUnbrokenChainHasNoError() {
        let chain = LogChain([3, 1, 2].map { Self.fact($0) })
        #expect(chain.firstError == nil)
        #expect(chain.links.map(\.log.generation) == [1, 2, 3])
    }

    @Test func aGapIsMissingLogs() {
        let chain = LogChain([1, 2, 6].map { Self.fact($0) })
        #expect(chain.firstError == .missingLogFile)
        #expect(chain.missing == [3...5])
    }

    @Test func aForeignLogHasAnotherSignature() {
        let chain = LogChain([Self.fact(1), Self.fact(2, seed: 9)])
        #expect(chain.firstError == .badLogSignature)
    }

    @Test func anotherHistoryBreaksTheLink() {
        var late = Self.fact(2)
        late = LogFact(
            name: late.name, generation: 2, signature: late.signature, created: late.created,
            previousCreated: .test(minutes: 999))
        #expect(LogChain([Self.fact(1), late]).firstError == .invalidLogSequence)
    }

    @Test func aDamagedLogIsNamed() {
        let chain = LogChain([Self.fact(1), Self.fact(2, problem: .logFileCorrupt)])
        #expect(chain.links.map(\.problems) == [[], [.logFileCorrupt]])
    }
}

@Suite struct FileKindTests {
    static func kind(_ bytes: [UInt8]) -> FileKind { FileKind.sniff(bytes.span) }

    @Test("databases of every page size", arguments: PageSize.allCases)
    func databases(size: PageSize) {
        let header = ESEDatabase { $0.size = size }.header()
        #expect(Self.kind(header + header) == .database)
        #expect(Self.kind([UInt8](repeating: 1, count: size.bytes) + header) == .database)
    }

    @Test func logsAndCheckpoints() {
        #expect(Self.kind(ESELog.header(1, seed: 1)) == .log)
        #expect(Self.kind(ESELog.chain(1...1, seed: 1)[0]) == .log)
        #expect(Self.kind(ESELog.checkpoint(1, seed: 1)) == .checkpoint)
        var torn = ESELog.checkpoint(1, seed: 1)
        torn[30] ^= 1
        #expect(Self.kind(torn) == .checkpoint)
    }

    @Test("files from before 2001 carry no type")
    func old() {
        var log = ESELog.header(1, seed: 1)
        log.put(UInt32(0), at: 667)
        log.sealHeader()
        #expect(Self.kind(log) == .log)
        var copy = Array(ESELog.checkpoint(1, seed: 1)[..<4096])
        copy.put(UInt32(0), at: 667)
        copy.sealHeader()
        #expect(Self.kind(copy + copy) == .checkpoint)
    }

    @Test func flushMapsAndOthers() {
        var map = [UInt8](repeating: 0, count: 8192)
        map.put(UInt32(3), at: 4)
        map.put(UInt32(7), at: 667)
        map.sealHeader()
        #expect(Self.kind(map) == .flushMap)
        var trace = [UInt8](repeating: 0, count: 4096)
        trace.put(UInt32(6), at: 667)
        trace.sealHeader()
        #expect(Self.kind(trace) == .otherESE(fileType: 6))
        #expect(Self.kind([UInt8](repeating: 0, count: 65536)) == .unwritten)
        #expect(Self.kind([]) == .other)
        #expect(Self.kind([UInt8](repeating: 0x41, count: 9000)) == .other)
    }
}
