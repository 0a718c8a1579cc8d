internal import ESE
internal import Platform
internal import TestSupport

extension FuzzTarget {
    static let ese: [FuzzTarget] = [
        FuzzTarget("ese-database", seeds: { databases }) { bytes in
            _ = FileKind.sniff(bytes.span)
            let choice = FuzzChoice(bytes)
            var header = choice.padded(bytes)
            header.put(DatabaseHeader.magic, at: 4)
            header.put(UInt32(0x620), at: 8)
            header.put(UInt32(header.count), at: 236)
            header.sealHeader()
            let blank = [UInt8](repeating: 0, count: header.count)
            database(choice.isOdd ? header + header : blank + header, isReported: choice.isRare)
        },
        FuzzTarget("ese-page", seeds: { pages }) { bytes in
            let choice = FuzzChoice(bytes)
            var page = choice.padded(bytes)
            let verdict = PageChecksum.verdict(of: page.span, number: 2)
            if choice.isRare { _ = verdict.description }
            var tally = PageTally()
            tally.count(verdict, of: page.span, number: UInt32(page[0]))
            _ = tally.finish(ownedEnd: .unknown(.tooDeep))
            // Whatever it holds: sealed it is good, and one flipped bit is found.
            if choice.size.isLarge { page[37] |= 0x20 }
            page.seal(2)
            let isBlank = page.allSatisfy { $0 == 0 }
            precondition(isBlank || PageChecksum.verdict(of: page.span, number: 2) == .good)
            let bit = choice.number % (page.count * 8)
            page[bit / 8] ^= 1 << UInt8(bit % 8)
            precondition(isBlank || !PageChecksum.verdict(of: page.span, number: 2).isGood)
        },
        FuzzTarget("ese-flush-map", seeds: { flushMaps }) { bytes in
            _ = try? FlushMapHeader(parsing: bytes.span)
            let choice = FuzzChoice(bytes)
            var page = Array(bytes.prefix(FlushMapHeader.byteCount))
            page += [UInt8](repeating: 0, count: FlushMapHeader.byteCount - page.count)
            if choice.isOdd {
                page.put(UInt32(7), at: 667)
                page.sealHeader()
                let header = try? FlushMapHeader(parsing: page.span)
                precondition(header != nil)
                return
            }
            var map = FlushMap()
            try? map.append(page.span)
            page.put(UInt32(0), at: 16)
            ESEFlushMap.sealPage(&page, 0)
            map = FlushMap()
            try? map.append(page.span)
            let number = choice.number % FlushMap.statesPerPage
            let state = page[64 + number / 4] >> UInt8(6 - number % 4 * 2) & 3
            precondition(map.state(of: UInt32(number)).rawValue == state)
            let blank = [UInt8](repeating: 0, count: 2048)
            precondition(map.verdict(.blank, of: blank.span, number: UInt32(number)).isGood == (state == 0))
        },
        // The page comes without header: 80 or 40 bytes that only decide flags and tag count.
        FuzzTarget("ese-owned-extent", seeds: { ownedExtents }) { bytes in
            let size = (bytes.last ?? 0) & 1 == 0 ? PageSize.kib2 : .kib16
            var input = FuzzInput(bytes)
            let chunks = [input.chunk(), input.chunk(), input.chunk()]
            _ = OwnedExtent.end(size) { number -> [UInt8]? in
                var page = page(chunks[Int(number % 3)], size)
                page.sealPage(number)
                return page
            }
        },
        FuzzTarget("ese-log", seeds: { [ESELog.header(3, seed: 1)] }) { bytes in
            log(bytes)
            guard bytes.count >= LogHeader.byteCount else { return }
            var header = Array(bytes[..<LogHeader.byteCount])
            header.sealHeader()
            log(header)
        },
        FuzzTarget("ese-checkpoint", seeds: { [Array(ESELog.checkpoint(3, seed: 1)[..<4096])] }) { bytes in
            _ = try? CheckpointHeader(parsing: bytes.span)
            guard bytes.count >= 4096 else { return }
            var copy = Array(bytes[..<4096])
            copy.sealHeader()
            let torn = copy + bytes[4096...]
            _ = try? CheckpointHeader(parsing: torn.span)
            let whole = copy + copy
            if let header = try? CheckpointHeader(parsing: whole.span) {
                _ = EseutilReport.checkpoint(header)
            }
        },
        FuzzTarget("ese-trailer", seeds: { [Array(databases[0].suffix(2048))] }) { bytes in
            _ = BackupTrailer(parsing: bytes.span)
            guard bytes.count >= 2048 else { return }
            var page = Array(bytes[..<2048])
            page.sealHeader()
            _ = BackupTrailer(parsing: page.span)
        },
        FuzzTarget("ese-verdict") { bytes in verdict(bytes) },
        FuzzTarget(
            "ese-names", seeds: { ["E0000012.log", "E00.chk", "E00res00001.jrs"].map { Array($0.utf8) } }
        ) {
            _ = LogName(String(decoding: $0, as: UTF8.self))
        },
    ]

    private static var databases: [[UInt8]] {
        [
            ESEDatabase {
                $0.size = .kib2
                $0.pages = 4
                $0.backup = 3...5
            }.bytes(),
            ESEDatabase {
                $0.size = .kib4
                $0.pages = 1
                $0.required = .init(3...5)
            }.header(),
            Array(ESEDatabase { $0.hasFlushMap = true }.header().prefix(DatabaseHeader.usedBytes)),
        ]
    }

    private static var pages: [[UInt8]] {
        [PageSize.kib2, .kib16].map { ESEPage.ownedExtents($0, last: 9, dbtime: 3) } + [
            ESEPage.ownedExtents(.kib2, last: 9, .init(dbtime: 3, isOld: true)),
            ESEPage.content(.kib4, number: 2, dbtime: 7, seed: 1),
            Array(ESEPage.ownedExtents(.kib2, last: 9, dbtime: 3).prefix(64)),
        ]
    }

    private static var flushMaps: [[UInt8]] {
        let map = ESEDatabase {
            $0.hasFlushMap = true
            $0.pages = 99
        }.flushMap()
        return [Array(map.prefix(700)), Array(map[8192..<8300]), map]
    }

    private static var ownedExtents: [[UInt8]] {
        let page = ESEPage.ownedExtents(.kib2, last: 9, dbtime: 3)
        return [FuzzInput.chunks([[], [], Array(page[34..<128] + page[2040...])])]
    }

    /// Tag count and flags, bytes behind the header, and tags at the end, from a short piece.
    private static func page(_ bytes: [UInt8], _ size: PageSize) -> [UInt8] {
        var page = [UInt8](repeating: 0, count: size.bytes)
        var input = FuzzInput(bytes)
        let head = input.bytes(6)
        for (index, byte) in head.enumerated() { page[34 + index] = byte }
        let front = input.bytes(88)
        page.replaceSubrange(size.pageHeaderBytes..<size.pageHeaderBytes + front.count, with: front)
        let tail = Array(input.rest().suffix(64))
        page.replaceSubrange(size.bytes - tail.count..<size.bytes, with: tail)
        page.put(page.span.uint32(at: 36) | PageChecksum.newFormatFlag, at: 36)
        return page
    }

    /// - Parameter isReported: Also makes the texts, which take longer than all else together.
    private static func database(_ bytes: [UInt8], isReported: Bool) {
        if isReported { _ = FileKind.sniff(bytes.span) }
        guard let pair = try? HeaderPair.find(in: bytes.span) else { return }
        let last = Array(bytes.suffix(pair.pageSize.bytes))
        let trailer = BackupTrailer(parsing: last.span)
        let verdict = SetVerdict.judge(
            DatabaseFacts(pair.header), trailer: TrailerFact(trailer, header: pair.header), logs: [])
        guard isReported else { return }
        _ = verdict.description
        _ = EseutilReport.header(pair, trailer: trailer)
    }

    private static func log(_ bytes: [UInt8]) {
        _ = FileKind.sniff(bytes.span)
        guard let header = try? LogHeader(parsing: bytes.span) else { return }
        _ = EseutilReport.log(header)
        let fact = LogFact(name: "E0000003.log", header: header, fileBytes: bytes.count)
        _ = EseutilReport.logs(base: "E00", LogChain([fact, fact]))
    }

    /// Facts as the fields of headers can hold them.
    private static func verdict(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        func generation(_ input: inout FuzzInput) -> Int {
            Int(Int32(truncatingIfNeeded: input.number())) - (input.byte() & 1 == 0 ? 0 : 2)
        }
        let edges: [UInt32] = [0, 1, 2, 3, .max, .max - 1]
        var database = DatabaseFacts(
            state: DatabaseState(rawValue: UInt32(input.byte() % 10)), logSignature: ESELog.signature(seed: 1)
        )
        database.minimumRequired = generation(&input)
        database.maximumRequired = generation(&input)
        database.committed = generation(&input)
        database.backupLow = Int(edges[Int(input.byte()) % edges.count])
        database.lastConsistent = LogPosition(
            generation: Int32(truncatingIfNeeded: generation(&input)), sector: 0, byte: 0)
        let bounds = [edges[Int(input.byte()) % edges.count], edges[Int(input.byte()) % edges.count]].sorted()
        var logs: [LogFact] = []
        while !input.isAtEnd, logs.count < 64 {
            let choice = input.byte()
            logs.append(
                LogFact(
                    name: "\(logs.count)", generation: generation(&input),
                    signature: choice & 1 == 0 ? ESELog.signature(seed: UInt64(choice >> 1 & 1) + 1) : nil,
                    created: .test(minutes: Int(choice >> 2 & 3)),
                    previousCreated: .test(minutes: Int(choice >> 4 & 3)),
                    problem: choice >> 6 == 3 ? .logFileCorrupt : nil))
        }
        let trailer = TrailerFact.valid(low: Int(bounds[0]), high: Int(bounds[1]))
        for fact in [TrailerFact.absent, .mismatched, trailer] {
            _ = SetVerdict.judge(database, trailer: fact, logs: logs).description
        }
        _ = EseutilReport.logs(base: "E00", LogChain(logs))
    }
}
