internal import DeltaSync
internal import Platform
internal import StoreFormat
internal import TestSupport

extension FuzzTarget {
    static let objects: [FuzzTarget] = [
        FuzzTarget("object", seeds: { try SampleStore.shared.objects("/points/") }) { bytes in
            for type in ObjectType.allCases {
                let sealed = Reseal.object(bytes, as: type)
                _ = try? ParsedObject(parsing: bytes, expecting: type, known: ["PUBL"])
                let object = try? ParsedObject(parsing: sealed, expecting: type, known: ["PUBL", "PRIV"])
                _ = object?.optionalSection("PUBL")
            }
        },
        FuzzTarget("store-object", seeds: { try SampleStore.shared.objects("/STORE") }) { bytes in
            _ = try? StoreObject(parsing: bytes)
            let sealed = Reseal.object(bytes, as: .store, store: Reseal.store)
            guard let store = try? StoreObject(parsing: sealed) else { return }
            precondition((try? StoreObject(parsing: store.encoded)) == store, "a store object reads back")
            _ = store.created.description
        },
        FuzzTarget("job-object", seeds: { try SampleStore.shared.objects("/job") }) { bytes in
            _ = try? JobObject(parsing: bytes, store: Reseal.store)
            let sealed = Reseal.object(bytes, as: .job, store: Reseal.store)
            guard let job = try? JobObject(parsing: sealed, store: Reseal.store) else { return }
            let again = try? JobObject(parsing: job.encoded(store: .zero), store: .zero)
            precondition(again == job, "a job object reads back")
        },
        FuzzTarget("point", seeds: { try SampleStore.shared.objects("/points/") }) { bytes in
            _ = try? Receipt.split(bytes)
            _ = try? Point(parsing: bytes, job: Reseal.job, store: Reseal.store)
            let sealed = Reseal.object(
                Array(bytes.dropLast(Receipt.byteCount)), as: .point, store: Reseal.store)
            guard let point = try? Point(parsing: sealed, job: Reseal.job, store: Reseal.store) else {
                return
            }
            let encoded = point.encoded(job: Reseal.job, store: Reseal.store)
            let again = try? Point(parsing: encoded, job: Reseal.job, store: Reseal.store)
            precondition(again == point, "a point reads back")
            _ = point.id
        },
        FuzzTarget("note", seeds: { try noteSeeds() }) { bytes in
            _ = try? Note(parsing: bytes, job: Reseal.job, store: Reseal.store)
            let sealed = Reseal.object(bytes, as: .note, store: Reseal.store)
            guard let note = try? Note(parsing: sealed, job: Reseal.job, store: Reseal.store) else { return }
            let encoded = note.encoded(job: Reseal.job, store: Reseal.store)
            let again = try? Note(parsing: encoded, job: Reseal.job, store: Reseal.store)
            precondition(again == note, "a note reads back")
            guard let arc = note.arc else { return }
            var cover = DigestCoverage()
            cover.insert(arc)
            precondition((0...1).contains(cover.share), "an arc covers at most all")
        },
        FuzzTarget("tomb", seeds: { [tombSeed] }) { bytes in
            _ = try? Tombstone(parsing: bytes, job: Reseal.job, store: Reseal.store)
            let sealed = Reseal.object(bytes, as: .tomb, store: Reseal.store)
            guard let tomb = try? Tombstone(parsing: sealed, job: Reseal.job, store: Reseal.store) else {
                return
            }
            let encoded = tomb.encoded(job: Reseal.job, store: Reseal.store)
            let again = try? Tombstone(parsing: encoded, job: Reseal.job, store: Reseal.store)
            precondition(again == tomb, "a tomb reads back")
            precondition(tomb.gone.allSatisfy { tomb.covers($0.upperBound) }, "a tomb covers its ranges")
        },
        FuzzTarget("receipt", seeds: { try SampleStore.shared.objects("/points/").map { $0.suffix(80) } }) {
            bytes in
            _ = try? Receipt(parsing: bytes)
            guard let receipt = try? Receipt(parsing: Reseal.digest(Array(bytes.prefix(48)))) else { return }
            _ = receipt.received.description
            precondition((try? Receipt(parsing: receipt.encoded)) == receipt, "a receipt reads back")
        },
        FuzzTarget(
            "target-memory", seeds: { try SampleStore.shared.objects("/targets/").map { $0.dropLast(32) } }
        ) {
            bytes in
            _ = try? TargetMemory(parsing: bytes)
            guard let memory = try? TargetMemory(parsing: Reseal.digest(bytes)) else { return }
            precondition((try? TargetMemory(parsing: memory.encoded)) == memory, "a memory reads back")
        },
    ]

    private static var tombSeed: [UInt8] {
        Tombstone(
            number: 3, made: Timestamp(seconds: 1_795_000_000), maker: "a host", trusted: 2,
            gone: [1...4, 6...6],
            entries: [
                .init(
                    generation: 4, digest: SHA256Hasher.hash([UInt8(1)].span),
                    received: Timestamp(seconds: 1_794_000_000), reason: "no rule keeps it"),
                .init(
                    generation: 6, digest: nil, received: Timestamp(seconds: 0), reason: "asked for by name"),
            ]
        ).encoded(job: Reseal.job, store: Reseal.store)
    }

    static let packs: [FuzzTarget] = [
        FuzzTarget("frame", seeds: { try SampleStore.shared.frames }) { bytes in
            readFrame(bytes)
            readFrame(Reseal.frame(bytes))
        },
        FuzzTarget(
            "record-table",
            seeds: {
                try SampleStore.shared.frames.map { frame in
                    let count = Int(frame.span.uint32(at: 20))
                    let length = Int(frame.span.uint32(at: 24))
                    return [UInt8(truncatingIfNeeded: count)]
                        + frame[Frame.headerBytes..<Frame.headerBytes + length]
                }
            }
        ) { bytes in
            var input = FuzzInput(bytes)
            let count = input.number()
            let table = input.rest()
            var reader = ByteReader(table)
            let frame = FrameID(push: 1, counter: 1)
            guard let records = try? RecordTable.parse(&reader, count: count, of: frame) else { return }
            var again = ByteReader(RecordTable.encode(records))
            let parsed = try? RecordTable.parse(&again, count: records.count, of: frame)
            precondition(parsed == records, "a record table reads back")
        },
        FuzzTarget("pack", seeds: { try SampleStore.shared.objects(".pack") }) { bytes in
            readPack(bytes)
            readPack(sealedPack(bytes))
        },
        FuzzTarget("pack-footer", seeds: { [[1] + [UInt8](repeating: 1, count: 16) + [64, 9, 1]] }) { bytes in
            for packBytes in [0, bytes.count, PackBuilder.maximumBytes] {
                guard let footer = try? PackFooter(parsing: bytes, packBytes: packBytes) else { continue }
                let again = try? PackFooter(parsing: footer.encoded, packBytes: packBytes)
                precondition(again == footer, "a footer reads back")
            }
        },
        FuzzTarget("pack-index", seeds: { try SampleStore.shared.objects(".idx") }) { bytes in
            _ = try? PackIndex(parsing: bytes, job: Reseal.job, store: Reseal.store)
            let sealed = Reseal.object(bytes, as: .index, store: Reseal.store)
            guard let index = try? PackIndex(parsing: sealed, job: Reseal.job, store: Reseal.store) else {
                return
            }
            let encoded = index.encoded(job: Reseal.job, store: Reseal.store)
            let again = try? PackIndex(parsing: encoded, job: Reseal.job, store: Reseal.store)
            precondition(again == index, "an index reads back")
        },
        // A plain byte of choices, the decoded length, the prefix as a chunk, and the frame.
        FuzzTarget("zstd", seeds: { try zstdSeeds() }) { bytes in
            var input = FuzzInput(bytes)
            let length = min(input.number(), Record.maximumBytes)
            let prefix = input.chunk()
            let frame = input.rest()
            guard var decompressor = try? Decompressor() else { return }
            for prefix in [prefix, []] {
                let out = try? decompressor.decompress(frame.span, prefix: prefix.span, length: length)
                precondition(out.map { $0.count == length } ?? true)
            }
        },
    ]

    private static func readFrame(_ bytes: [UInt8]) {
        guard let frame = try? Frame(parsing: bytes) else { return }
        for number in frame.records.indices {
            let count = frame.withPayload(number) { $0.count }
            precondition(count == frame.records[number].storedBytes)
        }
    }

    private static func readPack(_ bytes: [UInt8]) {
        _ = try? PackTail.footer(length: bytes.count, job: Reseal.job, format: { $0 }) {
            (offset, count) throws(FormatError) in
            precondition(offset >= 0 && count >= 0 && offset <= bytes.count - count, "a tail reads inside")
            return Array(bytes[offset..<offset + count])
        }
    }

    /// Length and digest of the trailer made right for the last section it names.
    private static func sealedPack(_ bytes: [UInt8]) -> [UInt8] {
        let start = bytes.count - ObjectTrailer.byteCount
        guard start >= ObjectHeader.byteCount + Section.headerBytes else { return bytes }
        let named = Int(clamping: bytes.span.uint64(at: start + 8))
        let last = min(max(named, ObjectHeader.byteCount), start - Section.headerBytes)
        let head = ObjectHeader(.pack, job: Reseal.job).encoded
        var section = Array("FOOT".utf8) + bytes[last + 4..<last + 8]
        var length = ByteWriter()
        length.uint64(start - last - Section.headerBytes)
        section += length.bytes + bytes[(last + Section.headerBytes)..<start]
        let trailer = ObjectTrailer.head(lastSection: last, length: bytes.count)
        let digest = SHA256Hasher.hash((head + section + trailer).span)
        return head + bytes[head.count..<last] + section + trailer + digest.bytes
    }

    fileprivate static func noteSeeds() throws -> [[UInt8]] {
        var note = Note(
            NoteID(.verified, 7), point: .init(generation: 3, digest: SHA256Hasher.hash([UInt8(1)].span)),
            made: FixedClock().now, maker: "host run", comment: "a part")
        note.arc = DigestRange(start: .max - 5, length: 1 << 40)
        note.facts = Array("{}".utf8)
        return [note.encoded(job: Reseal.job, store: Reseal.store)]
    }

    private static func zstdSeeds() throws -> [[UInt8]] {
        let old = [UInt8]("the quick brown fox jumps over the lazy dog, again and again and again".utf8)
        let new = [UInt8]("the quick brown cat jumps over the lazy dog, again and again and again".utf8)
        var compressor = try Compressor(level: 3)
        let plain = try compressor.compress(new.span)
        let delta = try compressor.compress(new.span, prefix: old.span)
        let length = UInt8(new.count)
        return [[length] + FuzzInput.chunks([[]]) + plain, [length] + FuzzInput.chunks([old]) + delta]
    }
}
