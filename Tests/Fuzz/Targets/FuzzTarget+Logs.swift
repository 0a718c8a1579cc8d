internal import ESE
internal import Platform
internal import TestSupport

extension FuzzTarget {
    /// Data of logs and chains of logs: small inputs that describe large files, so that many are tried.
    static let logs: [FuzzTarget] = [
        FuzzTarget("ese-log-segments", seeds: { [[1, 1, 1, 2, 0], [0, 1, 1, 3, 3], [3, 1, 5, 2, 0]] }) {
            segments($0)
        },
        FuzzTarget("ese-log-records", seeds: { [recordSeed] }) { bytes in
            records(bytes, isSealed: false)
            records(bytes, isSealed: true)
        },
        FuzzTarget("ese-log-chain", seeds: { [[3, 0, 1, 0, 2, 0, 3], [2, 5, 1, 0, 1, 9, 2]] }) { chain($0) },
    ]

    // MARK: Version 8

    private static let generation: Int32 = 7
    private static let segmentUnits = 6
    private static let segmentHeader: [UInt8] = ESELogStream(seed: 3) {
        $0.units = UInt16(segmentUnits)
    }.header(generation)
    private static let emptySegment = [UInt8](repeating: 0, count: ESELog.segmentBytes)
    /// Made once: sealing them costs more than checking them.
    private static let ownSegments = sealed(generation)
    private static let olderSegments = sealed(generation - 2)
    private static let newerSegments = sealed(generation + 1)

    /// A good segment for each sector, of a log of the given generation.
    private static func sealed(_ generation: Int32) -> [[UInt8]] {
        (0..<segmentUnits).map { sector in
            var segment = emptySegment
            segment.put(LogPosition(generation: generation, sector: UInt16(sector), byte: 0), at: 8)
            segment.put(PageChecksum.newFormatFlag, at: 36)
            segment[100 + sector] = 7
            segment.sealSegment(UInt16(sector))
            return segment
        }
    }

    /// A file of six segments: a byte for each says what it is, two more which bit of it is flipped.
    private static func segments(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let piece = Int(input.byte())
        var log = segmentHeader
        log.reserveCapacity(segmentUnits * ESELog.segmentBytes)
        var isGood = true
        var isOver = false
        for sector in 1..<segmentUnits {
            let isReserved = sector == segmentUnits - 1
            var segment = emptySegment
            switch input.byte() % 6 {
            case 1:
                segment = ownSegments[sector]
                isGood = isGood && !isOver && !isReserved
            case 2:
                segment = olderSegments[sector]
                isOver = true
            case 3 where sector > 1 && log.span.uint64(at: log.count - 4096) != 0:
                // A second copy: of data it is a shadow, of a shadow it is nothing.
                segment = Array(log.suffix(4096))
                let place = LogPosition(segment.span, at: 8)
                isGood = isGood && (isReserved || Int(place.sector) == sector - 1)
                isOver = true
            case 4:
                segment = newerSegments[sector]
                isGood = isGood && isReserved
            case 5:
                segment = ownSegments[sector]
                let bit = Int(input.byte()) << 7 | Int(input.byte() & 127)
                segment[bit / 8] ^= 1 << UInt8(bit % 8)
                isGood = isGood && isReserved
            default: isOver = true
            }
            log += segment
        }
        let report = check(log, piece: 65_536)
        precondition((report.problem == nil) == isGood, "what is wrong is found, and nothing else")
        guard piece > 200 else { return }
        precondition(check(log, piece: piece * 37) == report, "pieces of any length say the same")
    }

    // MARK: Version 7

    private static let recordUnits = 3
    private static let recordStream = ESELogStream(seed: 3) {
        $0.format = .records
        $0.units = UInt16(recordUnits)
        $0.used = 1
    }
    private static let recordHeader = recordStream.header(generation)
    private static var recordSeed: [UInt8] { Array(recordStream.log(recordHeader)[4096..<8192]) }
    /// Records whose sums are made right; each costs a walk over what it covers.
    private static let sealedRecords = 4

    /// The bytes behind the header, as they are or with sums made right along the chain they describe.
    private static func records(_ bytes: [UInt8], isSealed: Bool) {
        let limit = recordUnits * 4096
        var log = recordHeader + bytes.prefix(limit - 4096)
        log += [UInt8](repeating: 0, count: limit - log.count)
        if isSealed {
            var place = 4096
            for _ in 0..<sealedRecords where place + ESELog.recordBytes <= log.count {
                log[place] = 42
                log[place + 21] = log[place + 21] & 1 == 0 ? 0x9A : 0xD1
                ESELog.sealRecord(&log, at: place, generation: generation)
                let toNext = Int(log.span.uint32(at: place + 9))
                if toNext == 0 { break }
                place += ESELog.recordBytes + min(toNext, limit)
            }
        }
        let report = check(log, piece: 65_536)
        precondition(report.used <= (limit - 4096) / ESELog.recordBytes, "records do not overlap")
        guard bytes.count % 4 == 0 else { return }
        precondition(check(log, piece: 1000 + bytes.count % 9) == report, "pieces of any length say the same")
    }

    private static func check(_ log: [UInt8], piece: Int) -> LogDataReport {
        guard let header = try? LogHeader(parsing: log.span) else {
            preconditionFailure("the header is sound")
        }
        var check = LogDataCheck(header)
        for start in stride(from: 0, to: log.count, by: piece) {
            check.append(log.span.extracting(start..<min(start + piece, log.count)))
        }
        return check.finish()
    }

    // MARK: Chains

    /// Logs in a row, a byte each for what is wrong with it and two for its sum and version.
    private static func chain(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let first = Int(input.byte() & 15) + 1
        var generation = first
        var logs: [LogFact] = []
        var isWhole = true
        while !input.isAtEnd, logs.count < 10 {
            let choice = input.byte()
            let faults = choice & 7
            if faults == 1 { generation += Int(choice >> 3) }
            var log = LogFact(
                name: "E00.log", generation: generation,
                signature: faults == 2 ? nil : ESELog.signature(seed: faults == 3 ? 2 : 1),
                created: .test(minutes: generation),
                previousCreated: .test(minutes: faults == 4 ? 900 : generation - 1),
                problem: faults == 5 ? .logFileCorrupt : nil)
            log.previousSegmentSum = UInt64(choice >> 6)
            log.accumulatedSum = faults == 6 ? UInt64(input.byte() & 3) : nil
            log.isCircular = choice & 32 != 0
            isWhole =
                isWhole && ![2, 3, 5].contains(faults) && (faults != 1 || choice >> 3 == 0 || logs.isEmpty)
            logs.append(log)
            generation += 1
        }
        let chain = LogChain(logs)
        if bytes.count % 8 == 0 { _ = EseutilReport.logs(base: "E00", chain) }
        guard let low = logs.first?.generation, let high = logs.last?.generation else { return }
        var database = DatabaseFacts(state: .dirtyShutdown, logSignature: ESELog.signature(seed: 1))
        (database.minimumRequired, database.maximumRequired, database.committed) = (low, high, high)
        let checkpoint = CheckpointFact.present(
            signature: ESELog.signature(seed: UInt64(bytes.count % 2 + 1)), generation: low)
        let judged = SetVerdict.judge(database, logs: logs, checkpoint: checkpoint)
        if bytes.count % 8 == 1 { _ = judged.description }
        let outcome = SetVerdict.judge(database, logs: logs).outcome
        let isComplete = outcome == .complete(.soft, logs: low...high)
        precondition(
            isComplete == (chain.firstError == nil && isWhole), "a chain without error is a whole set")
    }
}
