import Image
import Platform
import StoreFormat
import TestSupport
import Testing

@Suite struct SmallObjectTests {
    private static let storeID = Identifier(high: 0x11, low: 0x22)
    private static let jobID = Identifier(high: 0x33, low: 0x44)

    private static func point(_ seed: UInt64) throws(FormatError) -> Point {
        var generator = SeededGenerator(seed: seed)
        let digest = { (generator: inout SeededGenerator) in Digest256(generator.bytes(32).span) }
        var extents: [Extent] = []
        var offset = 0
        for number in 0..<Int.random(in: 0..<6, using: &generator) {
            let length = Int.random(in: 0..<1 << 40, using: &generator)
            extents.append(
                Extent(
                    key: .init(number % 2 == 0 ? .structure : .data, "dir/ä\(number).edb"), offset: offset,
                    length: length, blockSize: Int.random(in: 1...1 << 20, using: &generator)))
            offset += length
        }
        let generation = UInt64.random(in: 1...UInt64.max, using: &generator)
        var point = Point(
            generation: generation,
            parent: generation == 1
                ? nil
                : Point.Reference(
                    generation: UInt64.random(in: 1..<generation, using: &generator),
                    digest: digest(&generator)),
            kind: seed % 2 == 0 ? .full : .logs,
            health: [.good, .damaged, .suspicious][Int(seed % 3)],
            sourceTime: Timestamp(
                nanoseconds: Int64.random(
                    in: 0..<Timestamp.plausible.upperBound.nanoseconds, using: &generator)),
            layout: try ImageLayout(extents), imageDigest: digest(&generator), counts: Point.Counts(),
            toolVersion: "1.\(seed)",
            segments: (0..<Int(seed % 9)).map { _ in
                Point.Segment(
                    name: digest(&generator), length: Int.random(in: 0..<1 << 30, using: &generator))
            }, sourceFacts: generator.bytes(Int.random(in: 0..<200, using: &generator)))
        if point.kind == .logs {
            guard generation > 1 else { preconditionFailure("no seed draws the first generation") }
            point.full = Point.Reference(
                generation: UInt64.random(in: 1..<generation, using: &generator), digest: digest(&generator))
        }
        point.counts.blocks = Int.random(in: 0...point.layout.blockCount, using: &generator)
        point.counts.changedBlocks = Int.random(in: 0...point.counts.blocks, using: &generator)
        point.counts.pages = Int.random(in: 0...offset, using: &generator)
        point.counts.badPages = Int.random(in: 0...point.counts.pages, using: &generator)
        if seed % 4 > 1 {
            point.difference = .init(
                hadBaseBytes: seed % 8 > 3, changedBytes: Int.random(in: 0...offset, using: &generator),
                storedBytes: Int.random(in: 0...Int.max, using: &generator))
        }
        if point.health != .good, generation > 70 {
            point.hold = .init(
                seed % 5 == 0 ? [] : [.init(.unlike, "ä change"), .init(.olderPages, "")],
                follows: (0..<UInt64(seed % 4)).map {
                    .init(generation: generation - $0 * 2 - 1, digest: digest(&generator))
                })
        }
        return point
    }

    private static func parse(_ bytes: [UInt8]) throws(FormatError) -> Point {
        try Point(parsing: bytes, job: jobID, store: storeID)
    }

    @Test(arguments: UInt64(0)..<20)
    func randomPointsReadAsTheyWereWritten(seed: UInt64) throws {
        let point = try Self.point(seed)
        let bytes = point.encoded(job: Self.jobID, store: Self.storeID)
        #expect(try Self.parse(bytes) == point)
        #expect(try Self.parse(bytes).encoded(job: Self.jobID, store: Self.storeID) == bytes)
    }

    @Test func aPointThatCountsMoreThanItsImageHasIsRefused() throws {
        let sound = try Self.point(5)
        let limits: [(WritableKeyPath<Point.Counts, Int>, String, Int)] = [
            (\.blocks, "blocks", sound.layout.blockCount),
            (\.changedBlocks, "changed blocks", sound.counts.blocks),
            (\.shippedBytes, "shipped bytes", ImageLayout.maximumLength),
            (\.pages, "pages", sound.layout.length), (\.blankPages, "blank pages", sound.counts.pages),
            (\.badPages, "bad pages", sound.counts.pages),
        ]
        for (count, field, limit) in limits {
            var point = sound
            point.counts[keyPath: count] = limit + 1
            #expect(
                throws: FormatError.overLimit(field: field, value: UInt64(limit + 1), limit: UInt64(limit))
            ) { try Self.parse(point.encoded(job: Self.jobID, store: Self.storeID)) }
        }
        for time in [
            Timestamp(nanoseconds: -1), Timestamp.plausible.upperBound, Timestamp(nanoseconds: .max),
        ] {
            var point = sound
            point.sourceTime = time
            #expect(throws: FormatError.badField(field: "source time", offset: 52)) {
                try Self.parse(point.encoded(job: Self.jobID, store: Self.storeID))
            }
        }
    }

    @Test func aLogPointNamesAnOlderFullAndAFullNamesNone() throws {
        var point = try Self.point(1)
        #expect(point.kind == .logs)
        func refusal() -> FormatError? {
            #expect(throws: FormatError.self) {
                try Self.parse(point.encoded(job: Self.jobID, store: Self.storeID))
            }
        }
        let full = try #require(point.full)
        point.full = nil
        #expect(refusal() == .missingSection(tag: "FULL"))
        for generation in [0, point.generation, .max] {
            point.full = Point.Reference(generation: generation, digest: full.digest)
            #expect(refusal() == .badField(field: "full", offset: 0))
        }
        point.kind = .full
        point.full = full
        #expect(refusal() == .badField(field: "full", offset: 0))
    }

    @Test(arguments: UInt64(0)..<3)
    func everyTruncationAndEveryChangedByteOfAPointIsRefused(seed: UInt64) throws {
        let bytes = try Self.point(seed).encoded(job: Self.jobID, store: Self.storeID)
        Mutation.expectRefused(bytes, seed: seed, Self.parse)
        Mutation.expectNoTrap(bytes, seed: seed) { try Self.parse(Mutation.resigned($0)) }
    }

    /// docs/format/point.md, `HELD`: older points, falling, and at least one reason of either kind.
    @Test func whatAPointIsHeldForIsReadWithinItsBounds() throws {
        var point = try Self.point(1)
        let digest = SHA256Hasher.hash([UInt8(1)].span)
        func follows(_ generations: UInt64...) -> Point.Hold? {
            .init([], follows: generations.map { .init(generation: $0, digest: digest) })
        }
        func reading() throws -> Point {
            try Self.parse(point.encoded(job: Self.jobID, store: Self.storeID))
        }
        point.health = .suspicious
        point.hold = follows(9, 4)
        #expect(try reading() == point)
        for wrong in [follows(0), follows(9, 9), follows(4, 9), follows(point.generation)] {
            point.hold = wrong
            #expect(throws: FormatError.badField(field: "held point", offset: 0)) { try reading() }
        }
        #expect(Point.Hold([]) == nil)
        point.hold = follows(9)
        point.health = .good
        #expect(throws: FormatError.badField(field: "held", offset: 49)) { try reading() }
        point.health = .damaged
        #expect(try reading() == point)
        // More than there is room for: the oldest is what began it.
        let many = try #require(
            Point.Hold(
                Array(repeating: .init(.unlike, String(repeating: "x", count: 2000)), count: 20),
                follows: (1...99).reversed().map { .init(generation: $0, digest: digest) }))
        #expect(many.reasons.count == 16)
        #expect(many.reasons[0].text.utf8.count == 1024)
        #expect(many.follows.map(\.generation) == (37...99).reversed() + [1])
    }

    @Test func aPointWithoutParentHasNoDigestOfOne() throws {
        var point = try Self.point(4)
        point.parent = nil
        var bytes = point.encoded(job: Self.jobID, store: Self.storeID)
        bytes[48 + 16 + 16] = 1
        let lie = Mutation.resigned(bytes)
        #expect(throws: FormatError.badField(field: "parent digest", offset: 16)) { try Self.parse(lie) }
    }

    /// docs/format/point.md, section 1, byte by byte.
    @Test func theFieldsOfAPointStandWhereTheFormatSaysSo() throws {
        let digest = Digest256([UInt8](repeating: 0xDD, count: 32).span)
        let layout = try ImageLayout([
            Extent(key: .init(.data, "a"), offset: 0, length: 300, blockSize: 128)
        ])
        var point = Point(
            generation: 2, parent: .init(generation: 1, digest: digest), kind: .logs, health: .suspicious,
            sourceTime: Timestamp(nanoseconds: 5), layout: layout, imageDigest: digest,
            counts: Point.Counts(), toolVersion: "1", segments: [.init(name: digest, length: 130)],
            sourceFacts: [0x7B, 0x7D])
        point.counts.blocks = 3
        point.counts.changedBlocks = 2
        point.counts.shippedBytes = 128
        point.counts.pages = 7
        point.counts.blankPages = 6
        point.counts.badPages = 5
        let zeros = [UInt8](repeating: 0, count: 7)
        var expected: [UInt8] = Array("HREPPOIN".utf8) + [1, 0, 0, 0, 0, 0, 0, 0]
        expected += Self.jobID.bytes + Self.storeID.bytes
        var open: [UInt8] = [2] + zeros + [1] + zeros + digest.bytes
        open += [1, 2, 0, 0] + [5] + zeros + [0x2C, 1] + zeros.dropLast() + digest.bytes
        open += [3, 2, 0x80, 1, 7, 6, 5] + [1, 0x31] + [1] + digest.bytes + [0x82, 1]
        expected += Array("PUBL".utf8) + [1, 0, 0, 0] + [UInt8(open.count)] + zeros + open
        let lastSection = expected.count
        let hidden: [UInt8] = [1, 0, 1, 0x61, 0xAC, 2, 0x80, 1] + [2, 0x7B, 0x7D]
        expected += Array("PRIV".utf8) + [3, 0, 0, 0] + [UInt8(hidden.count)] + zeros + hidden
        var trailer = ByteWriter()
        trailer.append(Array("HEND".utf8) + [0, 0, 0, 0])
        trailer.uint64(lastSection)
        trailer.uint64(expected.count + 64)
        trailer.uint64(0)
        expected += trailer.bytes
        expected += SHA256Hasher.hash(expected.span).bytes
        #expect(point.encoded(job: Self.jobID, store: Self.storeID) == expected)
    }

    @Test func aPointFileIsThePointAndItsReceipt() throws {
        let bytes = try Self.point(5).encoded(job: Self.jobID, store: Self.storeID)
        let receipt = Receipt(received: Timestamp(nanoseconds: -7), object: digest(of: bytes))
        let file = bytes + receipt.encoded
        let (point, found) = try Receipt.split(file)
        #expect(point == bytes)
        #expect(found == receipt)
        #expect(receipt.encoded.count == Receipt.byteCount)
        #expect(
            Array(receipt.encoded[..<16]) == Array("HRCV".utf8) + [1, 0, 0, 0, 0xF9]
                + [UInt8](repeating: 255, count: 7))
        Mutation.expectRefused(file, seed: 1) { try Receipt.split($0) }
        Mutation.expectRefused(receipt.encoded, seed: 1) { try Receipt(parsing: $0) }
    }

    @Test func aReceiptNamesItsMaker() throws {
        let bytes = try Self.point(5).encoded(job: Self.jobID, store: Self.storeID)
        let maker = try #require(Maker("db01"))
        let receipt = Receipt(received: Timestamp(nanoseconds: -7), object: digest(of: bytes), maker: maker)
        var expected = Array("HRCV".utf8) + [2, 0, 0, 0, 0xF9] + [UInt8](repeating: 255, count: 7)
        expected += digest(of: bytes).bytes + Array("db01".utf8) + [4, 0, 0, 0] + Array("HRCM".utf8)
        expected += SHA256Hasher.hash(expected.span).bytes
        #expect(receipt.encoded == expected)
        let (point, found) = try Receipt.split(bytes + receipt.encoded)
        #expect(point == bytes)
        #expect(found == receipt)
        Mutation.expectRefused(bytes + receipt.encoded, seed: 2) { try Receipt.split($0) }
        Mutation.expectRefused(receipt.encoded, seed: 2) { try Receipt(parsing: $0) }
        let longest = try #require(Maker(String(repeating: "x", count: Maker.maximumBytes)))
        let long = Receipt(received: receipt.received, object: receipt.object, maker: longest)
        #expect(long.encoded.count == Receipt.maximumBytes)
        #expect(try Receipt.split(bytes + long.encoded).receipt == long)
    }

    // Goal of this test: a digest whose end looks like the mark of version 2 takes nothing from the object.
    @Test func aReceiptWithoutAMakerIsNotReadAsOneThatHasOne() throws {
        let object = [UInt8](repeating: 5, count: 300)
        let digest = try #require(
            Digest256(hex: String(repeating: "01", count: 24) + "09000000" + "4852434d"))
        let receipt = Receipt(received: Timestamp(nanoseconds: 7), object: digest)
        #expect(throws: FormatError.digestMismatch(of: "object before the receipt")) {
            try Receipt.split(object + receipt.encoded)
        }
    }

    @Test func aMakerIsPrintableAndShort() {
        #expect(Maker("SHA256:DsGwuMPqoPgc0EfC44TOSzb/IC5AzJAh2ElQxRAgT7Q") != nil)
        for text in ["", "two words", "tab\t", "ü", "nul\0", String(repeating: "x", count: 129)] {
            #expect(Maker(text) == nil, "\(text)")
        }
    }

    @Test func aKeyThatSSHDHasLetInIsNamedByItsFingerprint() {
        // Made by ssh-keygen, which prints this fingerprint.
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEHvfxCS9ctV4+eYMcUQihFCGsqStPhRUL18YMAKLzIZ"
        let print = "SHA256:DsGwuMPqoPgc0EfC44TOSzb/IC5AzJAh2ElQxRAgT7Q"
        #expect(Maker(authenticationInfo: "publickey \(key)\n")?.description == print)
        #expect(Maker(authenticationInfo: "password\npublickey \(key)")?.description == print)
        for text in ["", "password\n", "publickey ssh-ed25519\n", "publickey ssh-ed25519 A!\n"] {
            #expect(Maker(authenticationInfo: text) == nil, "\(text)")
        }
    }

    @Test func aJobObjectReadsAsItWasWrittenAndNothingElse() throws {
        var generator = SeededGenerator(seed: 1)
        let job = JobObject(
            id: Self.jobID, name: mdb01, secret: generator.bytes(192), created: Timestamp(nanoseconds: 9))
        let bytes = job.encoded(store: Self.storeID)
        let parse = { (bytes: [UInt8]) throws(FormatError) -> JobObject in
            try JobObject(parsing: bytes, store: Self.storeID)
        }
        #expect(try parse(bytes) == job)
        #expect(bytes.count <= JobObject.maximumBytes)
        Mutation.expectRefused(bytes, seed: 1, parse)
        Mutation.expectNoTrap(bytes, seed: 2) { try parse(Mutation.resigned($0)) }
        #expect(throws: FormatError.badField(field: "store id", offset: 32)) {
            try JobObject(parsing: bytes, store: .zero)
        }
    }

    @Test func aStoreObjectReadsAsItWasWrittenAndNothingElse() throws {
        let store = StoreObject(id: Self.storeID, created: Timestamp(nanoseconds: 9))
        #expect(try StoreObject(parsing: store.encoded) == store)
        Mutation.expectRefused(store.encoded, seed: 1) { try StoreObject(parsing: $0) }
        Mutation.expectNoTrap(store.encoded, seed: 2) { try StoreObject(parsing: Mutation.resigned($0)) }
    }

    @Test func anUnknownSectionIsSkippedUnlessItIsMandatory() throws {
        for flags in [Section.Flags(), .mandatory] {
            var object = ObjectBuilder(ObjectHeader(.store, job: .zero, store: Self.storeID))
            object.section("PARM", .mandatory, [9, 0, 0, 0, 0, 0, 0, 0])
            object.section("NEWX", flags, [1, 2, 3])
            let bytes = object.finish()
            if flags == .mandatory {
                #expect(throws: FormatError.unknownMandatorySection(tag: "NEWX")) {
                    try StoreObject(parsing: bytes)
                }
            } else {
                #expect(try StoreObject(parsing: bytes).created == Timestamp(nanoseconds: 9))
            }
        }
    }

    @Test func aNewerFormatIsNamedAsSuch() {
        var bytes = StoreObject(id: Self.storeID, created: Timestamp(nanoseconds: 9)).encoded
        bytes[8] = 2
        let newer = Mutation.resigned(bytes)
        #expect(throws: FormatError.unsupportedVersion(found: 2, newest: 1)) {
            try StoreObject(parsing: newer)
        }
    }
}
