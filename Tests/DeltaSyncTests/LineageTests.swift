import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

/// A push builds only upon what this host knows, whatever somebody else has put on top of it.
@Suite struct LineageTests {
    /// What a map says that is well formed and false.
    enum Lie: CaseIterable {
        /// All is zero; its fingerprints do not add up to the image digest.
        case zeros
        /// True fingerprints, and no bytes for any of them.
        case fingerprintsAlone
        /// True fingerprints, and all blocks are the first one.
        case firstBlockEverywhere
    }

    /// Nights of a file, and somebody else who may add to the store.
    private final class Nights {
        let shipment: Shipment
        private var random: SeededGenerator
        private(set) var bytes: [UInt8]
        /// What is said of points that this host does not know.
        var kinship = Kinship.same

        init(seed: UInt64) throws {
            shipment = try Shipment(seed: seed, on: MemoryFileSystem())
            random = SeededGenerator(seed: seed)
            bytes = random.bytes(409_600)
        }

        func push(_ count: Int = 1, adopting: Bool = false) throws -> PushResult {
            var result: PushResult?
            for _ in 0..<count {
                let start = Int.random(in: 0..<100, using: &random) * 4096
                bytes.replaceSubrange(start..<start + 300, with: random.bytes(300))
                let kinship = kinship
                result = try shipment.push(try shipment.image(bytes)) {
                    $0.kinship = { _, isKnown in isKnown ? .same : kinship }
                    $0.adopts = adopting
                }
            }
            return try #require(result)
        }

        /// Pushes with the key that the store knows by this name.
        ///
        /// - Parameter isOwn: Whether this host remembers it.
        func push(by maker: String, _ count: Int = 1, isOwn: Bool = true) throws -> PushResult {
            var result: PushResult?
            for _ in 0..<count {
                let store = shipment.store()
                store.maker = Maker(maker)
                let memory = shipment.state().target(shipment.target)
                result = try shipment.push(try shipment.image(bytes), to: store)
                if !isOwn, let memory { try shipment.state().remember(memory, of: shipment.target) }
            }
            return try #require(result)
        }

        /// Takes a point off the list, as `forget` does.
        func remove(_ generation: UInt64) throws {
            let key = ObjectKey.point(shipment.job.name, generation)
            try shipment.files.remove("\(shipment.folder.path)/store/\(key.path)")
        }

        var newest: StoredPoint {
            get throws {
                try #require(try Repository(shipment.store(), job: shipment.job.name).head())
            }
        }

        /// Commits a point upon the newest: its image, and a map of one segment.
        func lie(_ lie: Lie) throws {
            let store = shipment.store()
            let head = try newest
            let length = head.point.layout.length
            let blocks = bytes.count / 4096
            let printer = Fingerprinter(secret: shipment.job.secret)
            var prints: [Fingerprint] = []
            for number in 0..<blocks {
                let block = Array(bytes[number * 4096..<(number + 1) * 4096])
                prints.append(printer.fingerprint(block.span))
            }
            let trueMap = try LayeredMap(
                of: head.point, from: Repository(store, job: shipment.job.name), state: nil,
                ScratchFolder(shipment.folder.path, shipment.files))
            let first = try #require(try trueMap.parts(in: 0..<4096).found.first)
            let entries: [MapEntry] =
                switch lie {
                case .zeros, .fingerprintsAlone: [MapEntry(offset: 0, length: length, source: .zero)]
                case .firstBlockEverywhere:
                    (0..<blocks).map { MapEntry(offset: $0 * 4096, length: 4096, source: first.source) }
                }
            let run = FingerprintRun(
                offset: 0, length: length, blockSize: 4096,
                source: lie == .zeros ? .zero : .blocks(prints))
            let segment = try MapSegment.made(entries, [run], job: shipment.job.id)
            _ = try store.put(.map, job: shipment.job.name, try segment.bytes)
            var point = head.point
            point.generation += 1
            point.parent = head.reference
            point.segments = [segment.name]
            let object = point.encoded(
                job: shipment.job.id, store: try Repository(store, job: shipment.job.name).storeID)
            _ = try store.commit(object, generation: point.generation, job: shipment.job.name)
        }

        func expectRestores(_ generation: UInt64, at location: SourceLocation = #_sourceLocation) throws {
            let restored = try shipment.restored(generation)
            // Not the bytes: Swift Testing would look for their difference, for hours.
            let isSame = restored == bytes
            #expect(isSame, sourceLocation: location)
            #expect(try shipment.check(.full, generation).isGood, sourceLocation: location)
        }
    }

    // Goal of this test: one lying point made every later point unrestorable, with all verdicts good.
    @Test(arguments: Lie.allCases, [Kinship.same, .forged])
    func aLyingPointIsNoBase(lie: Lie, kinship: Kinship) throws {
        let nights = try Nights(seed: 1)
        _ = try nights.push(3)
        try nights.lie(lie)
        nights.kinship = kinship
        let next = try nights.push()
        #expect(next.point.generation == 5)
        #expect(next.point.parent?.generation == 4)
        #expect(next.strangers.map(\.point.generation) == [4])
        #expect(next.point.counts.changedBlocks <= 2)
        try nights.expectRestores(5)
        #expect(next.remaining.entries == [])
        // It was noticed once, and what is known now is the newest.
        let after = try nights.push()
        #expect(after.strangers == [])
        try nights.expectRestores(6)
        // Each push says so again, until it is gone.
        #expect(after.remaining.entries.map(\.generation) == [4])
        #expect(after.remaining.entries.map(\.reason) == next.strangers.map(\.reason))
        #expect(try nights.push().remaining == after.remaining)
        try nights.remove(4)
        #expect(try nights.push().remaining.entries == [])
        #expect(nights.shipment.state().strangers(nights.shipment.target).entries == [])
    }

    // Goal of this test: a point of a stranger was told of by one run, and never again.
    @Test func whatWasNotExaminedIsToldOfUntilItIsKnown() throws {
        let nights = try Nights(seed: 7)
        _ = try nights.push(2)
        for _ in 0..<70 { try nights.lie(.zeros) }
        nights.kinship = .forged
        let first = try nights.push()
        #expect(first.strangers.count == 64)
        #expect(first.unexamined == Array(3...8))
        let second = try nights.push().remaining
        #expect(second.entries.map(\.generation) == Array(3...72))
        // Those that nobody had looked at are by now.
        #expect(second.entries.allSatisfy { $0.kind == .forged })
        for generation in UInt64(3)...72 { try nights.remove(generation) }
        #expect(try nights.push().remaining.entries == [])
    }

    @Test func pointsOfAnotherKeyAreToldOfUntilTheyAreAccepted() throws {
        let nights = try Nights(seed: 8)
        _ = try nights.push(by: "db01", 2)
        let other = try nights.push(by: "evil", isOwn: false)
        #expect(other.point.generation == 3)
        let found = try nights.push(by: "db01")
        #expect(found.strangers.map(\.point.generation) == [3])
        #expect(found.strangers.map(\.kind) == [.foreign])
        for _ in 0..<2 {
            let again = try nights.push(by: "db01")
            #expect(again.strangers == [])
            #expect(again.remaining.entries.map(\.generation) == [3])
            #expect(again.remaining.entries.map(\.kind) == [.foreign])
        }
        let store = nights.shipment.store()
        let repository = try Repository(store, job: nights.shipment.job.name)
        try repository.add(.adopted) {
            Note($0, made: FixedClock().now, maker: "owner", comment: "evil")
        }
        #expect(try nights.push(by: "db01").remaining.entries == [])
    }

    @Test func strangersAreKeptAsTheyWere() throws {
        let entries = (UInt64(1)...5000).map {
            KnownStrangers.Entry(generation: $0, kind: .foreign, reason: "r\($0)")
        }
        let known = KnownStrangers(entries)
        #expect(known.entries.map(\.generation) == Array(905...5000))
        #expect(try KnownStrangers(parsing: known.encoded) == known)
        var damaged = KnownStrangers(Array(entries.prefix(2))).encoded
        damaged[9] ^= 1
        #expect(throws: FormatError.self) { try KnownStrangers(parsing: damaged) }
        let long = KnownStrangers([
            .init(generation: 1, kind: .forged, reason: String(repeating: "x", count: 9000))
        ])
        #expect(try KnownStrangers(parsing: long.encoded).entries.map(\.reason.count) == [512])
    }

    @Test func whatWasNotLookedAtIsNamedNextToTheStrangers() throws {
        let nights = try Nights(seed: 5)
        _ = try nights.push(2)
        for _ in 0..<3 { try nights.lie(.zeros) }
        // Of points that could be this host's, the newest is decoded, and no other where that fails.
        let next = try nights.push()
        #expect(next.strangers.map(\.point.generation) == [5])
        #expect(next.unexamined == [3, 4])
        try nights.expectRestores(6)
        #expect(try nights.push().unexamined == [])
        // Of points that cannot be, 64 are read.
        for _ in 0..<66 { try nights.lie(.zeros) }
        nights.kinship = .forged
        let later = try nights.push()
        #expect(later.strangers.map(\.point.generation) == (10...73).reversed())
        #expect(later.unexamined == [8, 9])
        try nights.expectRestores(74)
    }

    @Test(arguments: Lie.allCases)
    func aHostWithoutMemoryBuildsUponWhatItHasProved(lie: Lie) throws {
        let nights = try Nights(seed: 2)
        _ = try nights.push(3)
        try nights.lie(lie)
        try nights.shipment.state().forget(nights.shipment.target)
        let next = try nights.push()
        #expect(next.strangers.map(\.point.generation) == [4])
        // The third point, which was decoded whole.
        #expect(next.point.counts.changedBlocks <= 2)
        #expect(next.point.counts.shippedBytes < 30_000)
        try nights.expectRestores(5)
    }

    @Test func whereNothingIsProvedAllIsShipped() throws {
        let nights = try Nights(seed: 3)
        _ = try nights.push()
        try nights.lie(.zeros)
        try nights.lie(.fingerprintsAlone)
        try nights.lie(.firstBlockEverywhere)
        try nights.shipment.state().forget(nights.shipment.target)
        let next = try nights.push()
        #expect(next.strangers.map(\.point.generation) == [4, 3, 2])
        #expect(next.point.counts.changedBlocks == 100)
        try nights.expectRestores(5)
    }

    @Test func pointsOfAnotherSourceAreBuiltUponOnlyWhenTheyAreAdopted() throws {
        let nights = try Nights(seed: 4)
        _ = try nights.push(2)
        try nights.shipment.state().forget(nights.shipment.target)
        nights.kinship = .other("file /a on alpha")
        let error = #expect(throws: SyncError.self) { try nights.push() }
        guard case .wrongStore(let what, let hint) = error else {
            return #expect(Bool(false), "\(String(describing: error))")
        }
        #expect(what.contains("of target vault is of another source, file /a on alpha: nothing is shipped"))
        #expect(hint.hasSuffix("hybridrep run mdb01 --adopt"))
        #expect(try nights.newest.point.generation == 2)

        #expect(try nights.push(adopting: true).point.counts.shippedBytes < 30_000)
        try nights.expectRestores(3)
        // What was committed since is this host's.
        _ = try nights.push()
        try nights.expectRestores(4)
    }

    @Test func anAdoptionIsOfThePointThatWasNewestThen() throws {
        let nights = try Nights(seed: 5)
        _ = try nights.push(2)
        let state = nights.shipment.state()
        try state.forget(nights.shipment.target)
        try state.adopt(try nights.newest.reference, of: nights.shipment.target)
        nights.kinship = .other("file /a on alpha")
        #expect(try nights.push().point.generation == 3)
        try state.forget(nights.shipment.target)
        try state.adopt(.init(generation: 2, digest: try nights.newest.digest), of: nights.shipment.target)
        #expect(throws: SyncError.self) { try nights.push() }
    }

    // Goal of this test: a map of some bytes that stands for a very long image costs nothing.
    @Test func aPointThatIsFarLongerThanAllBeforeItIsNotDecoded() throws {
        let nights = try Nights(seed: 6)
        _ = try nights.push(2)
        let shipment = nights.shipment
        let store = shipment.store()
        let head = try nights.newest
        let length = 1 << 50
        let segment = try MapSegment.made(
            [MapEntry(offset: 0, length: length, source: .zero)],
            [FingerprintRun(offset: 0, length: length, blockSize: 1 << 20, source: .zero)],
            job: shipment.job.id)
        _ = try store.put(.map, job: shipment.job.name, try segment.bytes)
        var point = head.point
        point.generation += 1
        point.parent = head.reference
        point.segments = [segment.name]
        point.layout = try ImageLayout([
            Extent(key: .init(.data, ""), offset: 0, length: length, blockSize: 1 << 20)
        ])
        let repository = try Repository(store, job: shipment.job.name)
        _ = try store.commit(
            point.encoded(job: shipment.job.id, store: repository.storeID), generation: 3,
            job: shipment.job.name)
        let next = try nights.push()
        #expect(next.point.counts.changedBlocks <= 2)
        #expect(next.strangers.map(\.point.generation) == [3])
        #expect(next.strangers.map(\.kind) == [.unbounded])
        try nights.expectRestores(4)
        #expect(try nights.push().remaining.entries.map(\.kind) == [.unbounded])
    }
}
