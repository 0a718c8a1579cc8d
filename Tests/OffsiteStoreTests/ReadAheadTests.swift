import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import TestSupport
import Testing

/// Reads that are asked for before the answers to others are there, the same from every store.
@Suite struct ReadAheadTests {
    private static let page = 8192
    private static let pages = 128

    /// A pack of two frames: a long plain record and a delta against it, and a stored record.
    private struct Sample {
        let fixture: StoreFixture
        let pack: Digest256
        let bytes: [UInt8]
        let content: [UInt8]
        let entries: [PackFooter.Entry]

        init(_ store: any ObjectStore, seed: UInt64) throws {
            var generator = SeededGenerator(seed: seed)
            fixture = try StoreFixture(on: store, seed: seed)
            var content: [UInt8] = []
            for _ in 0..<ReadAheadTests.pages {
                content += generator.bytes(ReadAheadTests.page / 2)
                content += [UInt8](
                    repeating: UInt8(content.count >> 13 & 255), count: ReadAheadTests.page / 2)
            }
            self.content = content
            var compressor = try Compressor(level: 3)
            let packed = try compressor.compress(content.span)
            let first = FrameID(push: 7, counter: 0)
            let second = FrameID(push: 7, counter: 1)
            var old = FrameBuilder(first)
            _ = old.append(
                Record(codec: .zstd, imageOffset: 0, length: content.count, storedBytes: packed.count),
                payload: packed)
            let block = Array(content[..<ReadAheadTests.page])
            let delta = try compressor.compress(block.span, prefix: block.span)
            var new = FrameBuilder(second)
            _ = new.append(
                Record(
                    codec: .delta, imageOffset: 0, length: block.count, storedBytes: delta.count,
                    base: [.init(frame: first, record: 0, offset: 0, length: block.count)]), payload: delta)
            _ = new.append(
                Record(codec: .stored, imageOffset: 9000, length: 100, storedBytes: 100),
                payload: Array(content[..<100]))
            var builder = PackBuilder(job: fixture.job.id)
            var bytes = builder.add(old.finish(), id: first, records: 1)
            bytes += builder.add(new.finish(), id: second, records: 2)
            let (tail, name, footer) = builder.finish()
            bytes += tail
            self.bytes = bytes
            pack = name
            entries = footer.entries
            _ = try store.put(.pack, job: mdb01, bytes)
        }

        func request(_ frame: Int, _ wanted: [RecordRequest.Wanted]) -> ReadRequest {
            .records(RecordRequest(job: mdb01, pack: pack, place: entries[frame], wanted: wanted))
        }
    }

    /// What came of each request, in order.
    private func answers(_ store: any ObjectStore, _ requests: [ReadRequest], ahead: Int = 1 << 20)
        -> [Result<
            ReadAnswer, StoreError
        >]
    {
        var found: [Result<ReadAnswer, StoreError>] = []
        store.fetch(requests, aheadBytes: ahead) { (number, answer) in
            #expect(number == found.count)
            found.append(answer)
        }
        return found
    }

    private func bytes(_ answer: Result<ReadAnswer, StoreError>) throws -> [UInt8] {
        guard case .bytes(let bytes) = try answer.get() else { return [] }
        return bytes
    }

    private func parts(_ answer: Result<ReadAnswer, StoreError>) throws -> RecordParts {
        guard case .records(let parts) = try answer.get() else {
            throw StoreError(.failed, "get", "records", "bytes came")
        }
        return parts
    }

    @Test(arguments: StoreKind.allCases)
    func answersComeInOrderWhateverFailsBetweenThem(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let sample = try Sample(try kind.open(folder), seed: 1)
        let store = sample.fixture.store
        let key = ObjectKey.pack(mdb01, sample.pack)
        var requests: [ReadRequest] = []
        for number in 0..<400 {
            requests.append(.bytes(key, offset: number, count: 1_000))
            if number % 7 == 0 { requests.append(.bytes(.point(mdb01, UInt64(number)), offset: 0, count: 1)) }
            if number % 11 == 0 { requests.append(.bytes(key, offset: 0, count: ReadLimit.bytes + 1)) }
        }
        // Nearly nothing under way, and far more requests than a pipe holds.
        for ahead in [0, 1_500, 1 << 30] {
            let found = answers(store, requests, ahead: ahead)
            #expect(found.count == requests.count)
            for (request, answer) in zip(requests, found) {
                guard case .bytes(let key, let offset, let count) = request else { continue }
                if count > ReadLimit.bytes {
                    #expect(throws: StoreError.self) { try bytes(answer) }
                } else if case .point = key {
                    let error = #expect(throws: StoreError.self) { try bytes(answer) }
                    #expect(error?.kind == .notFound)
                } else {
                    #expect(try bytes(answer) == Array(sample.bytes[offset..<offset + count]))
                }
            }
        }
        try store.close()
    }

    @Test(arguments: StoreKind.allCases)
    func whatIsAskedBetweenDoesNotDisturbTheReads(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let sample = try Sample(try kind.open(folder), seed: 2)
        let store = sample.fixture.store
        let key = ObjectKey.pack(mdb01, sample.pack)
        let reads = store.reads()
        for offset in 0..<50 { try reads.ask(.bytes(key, offset: offset, count: 20_000)) }
        try reads.ask(.bytes(.point(mdb01, 9), offset: 0, count: 1))
        for offset in 0..<50 {
            if offset % 9 == 1 {
                #expect(try store.length(of: key) == sample.bytes.count)
                let between = answers(store, [.bytes(key, offset: 1, count: 3)])[0]
                #expect(try bytes(between) == Array(sample.bytes[1..<4]))
            }
            guard case .bytes(let found) = try reads.next() else { break }
            #expect(found == Array(sample.bytes[offset..<offset + 20_000]))
        }
        let error = #expect(throws: StoreError.self) { try reads.next() }
        #expect(error?.kind == .notFound)
        // Left alone, they do not keep the session from ending.
        try store.reads().ask(.bytes(key, offset: 0, count: 100))
        try store.close()
    }

    @Test(arguments: StoreKind.allCases)
    func recordsComeWithTheirRows(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let sample = try Sample(try kind.open(folder), seed: 3)
        let found = answers(
            sample.fixture.store,
            [
                sample.request(0, [.init(number: 0)]), sample.request(1, [.init(number: 0)]),
                sample.request(1, [.init(number: 0), .init(number: 1)]),
                sample.request(1, [.init(number: 1, ranges: [3..<9])]),
            ])
        let frames = try sample.entries.map {
            try Frame(parsing: Array(sample.bytes[$0.offset..<$0.offset + $0.length]))
        }
        for (answer, (frame, numbers)) in zip(found, [(0, [0]), (1, [0]), (1, [0, 1]), (1, [1])]) {
            let parts = try parts(answer)
            #expect(parts.frame == frames[frame].id)
            for number in 0..<3 {
                guard numbers.contains(number) else {
                    #expect(parts[number] == nil)
                    continue
                }
                let part = try #require(parts[number])
                #expect(part.record == frames[frame].records[number])
                let payload = parts.withPayload(of: part) { [UInt8](copying: $0) }
                switch part.form {
                case .stored: #expect(payload == frames[frame].withPayload(number) { [UInt8](copying: $0) })
                case .ranges: #expect(payload == Array(sample.content[3..<9]))
                case .packedRanges: Issue.record("six bytes do not shrink")
                }
            }
        }
    }

    /// - Returns: The wanted bytes of the long record, joined, and what crossed the wire for them.
    private func pages(
        _ numbers: [Int], _ sample: Sample
    ) throws -> (found: [UInt8], expected: [UInt8], received: Int) {
        let ranges = numbers.map { $0 * Self.page..<($0 + 1) * Self.page }
        let store = sample.fixture.store
        let before = store.traffic.receivedBytes
        let answer = answers(store, [sample.request(0, [.init(number: 0, ranges: ranges)])])[0]
        let parts = try parts(answer)
        let part = try #require(parts[0])
        let payload = parts.withPayload(of: part) { [UInt8](copying: $0) }
        var decompressor = try Decompressor()
        let expected = ranges.flatMap { sample.content[$0] }
        let found: [UInt8]
        switch part.form {
        case .stored:
            let whole = try decompressor.decompress(
                payload.span, prefix: [UInt8]().span, length: sample.content.count)
            found = ranges.flatMap { whole[$0] }
        case .ranges: found = payload
        case .packedRanges:
            #expect(part.ranges == ranges)
            found = try decompressor.decompress(
                payload.span, prefix: [UInt8]().span, length: expected.count)
        }
        return (found, expected, store.traffic.receivedBytes - before)
    }

    @Test(arguments: StoreKind.allCases)
    func partsOfALongRecordCostTheirOwnSize(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let sample = try Sample(try kind.open(folder), seed: 4)
        for numbers in [[0], [127], [3, 4, 90], Array(0..<128), Array(stride(from: 0, to: 128, by: 2))] {
            let (found, expected, received) = try pages(numbers, sample)
            #expect(found == expected)
            // Half of each page is noise.
            if kind == .agent {
                #expect(received < numbers.count * Self.page * 5 / 8 + 200, "\(numbers.count)")
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func whatIsNotWhereItShouldBeIsDamage(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let sample = try Sample(try kind.open(folder), seed: 6)
        let store = sample.fixture.store
        func place(_ frame: Int, at other: Int) -> PackFooter.Entry {
            .init(
                frame: sample.entries[frame].frame, offset: sample.entries[other].offset,
                length: sample.entries[other].length, records: 1)
        }
        let wanted = [RecordRequest.Wanted(number: 0)]
        let requests: [ReadRequest] = [
            sample.request(1, [.init(number: 2)]),
            .records(RecordRequest(job: mdb01, pack: sample.pack, place: place(0, at: 1), wanted: wanted)),
            .records(
                RecordRequest(
                    job: mdb01, pack: sample.pack,
                    place: .init(frame: sample.entries[0].frame, offset: 5, length: 90, records: 1),
                    wanted: wanted)),
        ]
        for answer in answers(store, requests) {
            #expect(throws: StoreError.self) { try parts(answer) }
        }
        try folder.damage(.pack(mdb01, sample.pack)) { $0[sample.entries[1].offset + 60] ^= 1 }
        let damaged = #expect(throws: StoreError.self) {
            try parts(answers(store, [sample.request(1, wanted)])[0])
        }
        #expect(damaged?.kind == .corrupt)
        #expect(try parts(answers(store, [sample.request(0, wanted)])[0])[0] != nil)
        try store.close()
    }

    @Test func aRequestForRecordsReadsBackAndItsLimitsHold() throws {
        let place = PackFooter.Entry(
            frame: FrameID(push: 1, counter: 2), offset: 300, length: 5_000, records: 0)
        let request = RecordRequest(
            job: mdb01, pack: digest(of: [1]), place: place,
            wanted: [
                .init(number: 0), .init(number: 5, ranges: [0..<1, 7..<900_000]), .init(number: 65_535),
            ])
        var writer = ByteWriter()
        request.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(try RecordRequest(parsing: &reader) == request)
        #expect(reader.isAtEnd)
        for wanted in [
            [RecordRequest.Wanted(number: 0, ranges: [5..<5])],
            [.init(number: 0, ranges: [0..<(1 << 20) + 1])],
            [.init(number: 65_536)],
            [
                .init(number: 0, ranges: (0..<RecordRequest.maximumRanges).map { 2 * $0..<2 * $0 + 1 }),
                .init(number: 1, ranges: [0..<1]),
            ],
        ] {
            var writer = ByteWriter()
            RecordRequest(job: mdb01, pack: digest(of: [1]), place: place, wanted: wanted)
                .encode(into: &writer)
            #expect(throws: FormatError.self) {
                var reader = ByteReader(writer.bytes)
                return try RecordRequest(parsing: &reader)
            }
        }
        Mutation.expectNoTrap(writer.bytes, seed: 1) { (bytes) throws(FormatError) in
            var reader = ByteReader(bytes)
            return try RecordRequest(parsing: &reader)
        }
    }
}
