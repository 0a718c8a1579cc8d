import ESE
import Platform
import TestSupport
import Testing

/// No bytes make a parser trap, loop or allocate without bound.
@Suite struct RobustnessTests {
    static func parseEverything(_ bytes: [UInt8]) {
        _ = try? HeaderPair.find(in: bytes.span)
        _ = try? DatabaseHeader(parsing: bytes.span)
        _ = BackupTrailer(parsing: bytes.span)
        _ = try? CheckpointHeader(parsing: bytes.span)
        _ = FileKind.sniff(bytes.span)
        guard let log = try? LogHeader(parsing: bytes.span) else { return }
        _ = EseutilReport.log(log)
    }

    @Test("random bytes never trap", arguments: UInt64(0)..<128)
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let lengths = [0, 1, 667, 747, 748, 2047, 2048, 4095, 4096, 8191, 8192, 8193, 65536]
        let fixed = lengths[Int(seed) % lengths.count]
        Self.parseEverything(generator.bytes(seed % 2 == 0 ? fixed : Int(generator.next() % 20_000)))
    }

    @Test("sealed random headers never trap", arguments: UInt64(0)..<128)
    func sealed(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let size = PageSize.allCases[Int(seed % 5)]
        var header = generator.bytes(size.bytes)
        header.put(DatabaseHeader.magic, at: 4)
        header.put(UInt32(0x620), at: 8)
        header.put(UInt32(size.bytes), at: 236)
        header.put(UInt32(seed % 6), at: 667)
        header.sealHeader()
        Self.parseEverything(header + header)
        guard let pair = try? HeaderPair.find(in: header.span) else { return }
        #expect(!EseutilReport.header(pair).isEmpty)
        _ = SetVerdict.judge(
            DatabaseFacts(pair.header), trailer: .valid(low: 1, high: Int(UInt32.max)), logs: [])
    }

    @Test("mutated and cut logs and checkpoints never trap", arguments: UInt64(0)..<128)
    func mutated(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var log = ESELog.header(3, seed: seed)
        var checkpoint = Array(ESELog.checkpoint(3, seed: seed)[..<4096])
        for _ in 0...generator.next() % 40 {
            log[16 + Int(generator.next() % 4080)] = UInt8(truncatingIfNeeded: generator.next())
            checkpoint[4 + Int(generator.next() % 4092)] = UInt8(truncatingIfNeeded: generator.next())
        }
        log.sealHeader()
        checkpoint.sealHeader()
        Self.parseEverything(log)
        Self.parseEverything(checkpoint)
        Self.parseEverything(Array(log[..<Int(generator.next() % 4096)]))
    }

    @Test("random pages of every size never trap", arguments: UInt64(0)..<64, PageSize.allCases)
    func pages(seed: UInt64, size: PageSize) {
        var generator = SeededGenerator(seed: seed)
        let page = generator.bytes(size.bytes)
        #expect(!PageChecksum.verdict(of: page.span, number: UInt32(truncatingIfNeeded: seed)).isGood)
    }

    @Test("any log facts are judged", arguments: UInt64(0)..<128)
    func facts(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let edges = [0, 1, 2, 3, Int(Int32.max), -1, Int(Int32.min), Int(UInt32.max)]
        func edge() -> Int { edges[Int(generator.next() % UInt64(edges.count))] }
        var database = DatabaseFacts(
            state: DatabaseState(rawValue: UInt32(generator.next() % 10)),
            logSignature: ESELog.signature(seed: 1))
        database.minimumRequired = edge()
        database.maximumRequired = edge()
        database.committed = edge()
        database.backupLow = edge()
        database.lastConsistent = LogPosition(
            generation: Int32(truncatingIfNeeded: generator.next()), sector: 0, byte: 0)
        let logs = (0..<generator.next() % 6).map { index in
            LogFact(
                name: "\(index)", generation: edge(), signature: ESELog.signature(seed: generator.next() % 2),
                created: .test(minutes: Int(generator.next() % 3)), previousCreated: .test(minutes: 1),
                problem: generator.next() % 3 == 0 ? .logFileCorrupt : nil)
        }
        _ = SetVerdict.judge(database, trailer: .valid(low: edge(), high: edge()), logs: logs).description
        _ = SetVerdict.judge(database, logs: logs).description
        _ = EseutilReport.logs(base: "E00", LogChain(logs))
    }
}
