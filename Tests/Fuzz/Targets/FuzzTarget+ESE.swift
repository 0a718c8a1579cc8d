internal import ESE
internal import Platform
internal import TestSupport

extension FuzzTarget {
    static let ese: [FuzzTarget] = [
        FuzzTarget("ese-database", seeds: { databases }) { bytes in
            database(bytes)
            // Both copies sealed, for every size that fits.
            for size in PageSize.allCases where bytes.count >= size.bytes {
                var header = Array(bytes[..<size.bytes])
                header.put(DatabaseHeader.magic, at: 4)
                header.put(UInt32(0x620), at: 8)
                header.put(UInt32(size.bytes), at: 236)
                header.sealHeader()
                database(header + header)
                database([UInt8](repeating: 0, count: size.bytes) + header)
            }
        },
        FuzzTarget("ese-page", seeds: { [ESEPage.ownedExtents(.kib4, last: 9, dbtime: 3)] }) { bytes in
            for size in PageSize.allCases where bytes.count >= size.bytes {
                let page = Array(bytes[..<size.bytes])
                _ = PageChecksum.verdict(of: page.span, number: 2).description
                var tally = PageTally()
                tally.add(page: page.span, number: UInt32(bytes[0]))
                _ = tally.finish(ownedEnd: .unknown(.tooDeep))
            }
        },
        // The page comes without header: 80 or 40 bytes that only decide flags and tag count.
        FuzzTarget("ese-owned-extent", seeds: { ownedExtents }) { bytes in
            for size in [PageSize.kib2, .kib16] {
                var input = FuzzInput(bytes)
                let pages = (0..<3).map { _ in page(input.chunk(), size) }
                _ = OwnedExtent.end(size) { number -> [UInt8]? in
                    var page = pages[Int(number % 3)]
                    page.sealPage(number)
                    return page
                }
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
            }.bytes(),
        ]
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

    private static func database(_ bytes: [UInt8]) {
        _ = FileKind.sniff(bytes.span)
        _ = try? DatabaseHeader(parsing: bytes.span)
        guard let pair = try? HeaderPair.find(in: bytes.span) else { return }
        _ = EseutilReport.header(pair)
        let last = Array(bytes.suffix(pair.pageSize.bytes))
        let trailer = BackupTrailer(parsing: last.span)
        _ =
            SetVerdict.judge(
                DatabaseFacts(pair.header), trailer: TrailerFact(trailer, header: pair.header), logs: []
            ).description
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
