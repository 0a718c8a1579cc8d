import DeltaSync
import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// Pushes upon points that the store has lost something of.
@Suite struct DamagedBaseTests {
    enum Damage: CaseIterable {
        case missing, shortened, emptied, zeroed, flipped

        func apply(to path: String, of shipment: Shipment) throws {
            guard self != .missing else { return try shipment.files.remove(path) }
            try shipment.damage(path) { bytes in
                switch self {
                case .shortened: bytes.removeLast(bytes.count / 3)
                case .emptied: bytes = []
                case .zeroed: bytes = [UInt8](repeating: 0, count: bytes.count)
                case .flipped: bytes[bytes.count / 2] ^= 0x40
                case .missing: break
                }
            }
        }
    }

    /// A first point of 400 KB, and three nights after it of 20 KB each.
    private final class Nights {
        let shipment: Shipment
        var random: SeededGenerator
        var bytes: [UInt8]
        var history: [[UInt8]] = []

        init(seed: UInt64 = 1, on files: any FileSystem = MemoryFileSystem()) throws {
            shipment = try Shipment(seed: seed, on: files)
            random = SeededGenerator(seed: seed)
            bytes = random.bytes(409_600)
            _ = try push()
            for _ in 0..<3 { _ = try push() }
        }

        /// Ships the image after a night: five blocks changed in part, two wholly.
        func push(provesFully: Bool = false) throws -> PushResult {
            if !history.isEmpty {
                for block in 0..<7 {
                    let start = Int.random(in: 0..<100, using: &random) * 4096
                    let count = block < 5 ? 300 : 4096
                    bytes.replaceSubrange(start..<start + count, with: random.bytes(count))
                }
            }
            history.append(bytes)
            return try shipment.push(try shipment.image(bytes), provesFully: provesFully)
        }

        var packs: [String] {
            get throws {
                try shipment.store().list(.pack, job: shipment.job.name).map { shipment.path($0.key) }
            }
        }

        /// The pack of the first point: by far the largest.
        var firstPack: String {
            get throws {
                let packs = try shipment.store().list(.pack, job: shipment.job.name)
                return shipment.path(try #require(packs.max { $0.length < $1.length }).key)
            }
        }

        /// Expects that the newest point is what was shipped, and needs nothing that is damaged.
        func expectNewestIsGood(_ comment: Comment? = nil) throws {
            let newest = UInt64(history.count)
            #expect(try shipment.restored(newest) == bytes, comment)
            #expect(try shipment.check(.full, newest).isGood, comment)
        }

        /// Expects that the next push is like any other.
        func expectNextIsOrdinary(_ comment: Comment? = nil) throws {
            let next = try push()
            #expect(next.baseDamage == nil, comment)
            #expect(next.point.counts.changedBlocks <= 7, comment)
            #expect(next.point.counts.shippedBytes < 30_000, comment)
            try expectNewestIsGood(comment)
        }
    }

    @Test("a version that only damage made is damage, and stops no push", arguments: [8, 9])
    func flippedVersion(byte: Int) throws {
        let begun = try Nights()
        for kind in [ObjectKind.point, .map, .pack] {
            for number in 0..<(try begun.shipment.store().list(kind, job: begun.shipment.job.name).count) {
                let nights = try Nights()
                let key = try nights.shipment.store().list(kind, job: nights.shipment.job.name)[number].key
                try nights.shipment.damage(nights.shipment.path(key)) { $0[byte] ^= 0x10 }
                let report = try nights.shipment.check(.full)
                #expect(report.damage.map(\.object) == [key.path])
                // No sample meets the header of a pack.
                _ = try nights.push(provesFully: kind == .pack)
                try nights.expectNewestIsGood("\(key.path)")
                try nights.expectNextIsOrdinary("\(key.path)")
            }
        }
    }

    @Test("what a lost pack held is shipped again, and only that", arguments: Damage.allCases)
    func lostPacks(damage: Damage) throws {
        for number in 0..<4 {
            let nights = try Nights()
            let path = try nights.packs[number]
            let isFirst = try path == nights.firstPack
            try damage.apply(to: path, of: nights.shipment)
            let result = try nights.push()
            let found = try #require(result.baseDamage)
            #expect(found.objects.map { nights.shipment.folder.path + "/store/" + $0 } == [path])
            #expect(found.points == [4])
            #expect(found.lostBytes > 0)
            // Deltas upon what was in the pack are lost with it.
            #expect(found.lostBytes <= (isFirst ? 409_600 : 21 * 4096))
            #expect(result.point.counts.changedBlocks <= found.lostBytes / 4096 + 7)
            #expect(result.hadLocalBase)
            try nights.expectNewestIsGood()
            try nights.expectNextIsOrdinary()
        }
    }

    @Test("a host without images does the same with what the store tells it", arguments: Damage.allCases)
    func lostPacksWithoutImages(damage: Damage) throws {
        let nights = try Nights()
        try damage.apply(to: try nights.packs[1], of: nights.shipment)
        nights.shipment.kept.bases = [:]
        let result = try nights.push()
        #expect(result.baseDamage?.points == [4])
        #expect(!result.hadLocalBase)
        try nights.expectNewestIsGood()
        try nights.expectNextIsOrdinary()
    }

    @Test("content that has moved is shipped where the store has lost it", arguments: 0..<4)
    func movedContent(number: Int) throws {
        let nights = try Nights()
        try nights.shipment.files.remove(try nights.packs[number])
        nights.bytes.insert(contentsOf: nights.random.bytes(1_000), at: 9_000)
        let result = try nights.push()
        #expect(try #require(result.baseDamage).lostBytes > 0)
        try nights.expectNewestIsGood()
        try nights.expectNextIsOrdinary()
    }

    @Test func allPacksLostIsAFirstPushAgain() throws {
        let nights = try Nights()
        for path in try nights.packs { try nights.shipment.files.remove(path) }
        let result = try nights.push()
        #expect(result.baseDamage?.lostBytes == 409_600)
        try nights.expectNewestIsGood()
        try nights.expectNextIsOrdinary()
    }

    @Test("a lost segment of the map is given back where this host kept it", arguments: Damage.allCases)
    func lostSegments(damage: Damage) throws {
        let nights = try Nights()
        let names = try Repository(nights.shipment.store(), job: nights.shipment.job.name).point(4)
            .point.segments.map(\.name)
        #expect(names.count > 1)
        for name in names {
            try damage.apply(
                to: nights.shipment.path(.map(nights.shipment.job.name, name)), of: nights.shipment)
        }
        let result = try nights.push()
        let found = try #require(result.baseDamage)
        #expect(found.objects.count == names.count)
        #expect(found.points == [])
        #expect(found.lostBytes == 0)
        #expect(result.point.counts.changedBlocks <= 7)
        #expect(try nights.shipment.check(.full).isGood)
        try nights.expectNewestIsGood()
        try nights.expectNextIsOrdinary()
    }

    @Test("a lost map that nobody kept has the image shipped whole", arguments: Damage.allCases)
    func lostMaps(damage: Damage) throws {
        let nights = try Nights()
        for map in try nights.shipment.store().list(.map, job: nights.shipment.job.name) {
            try damage.apply(to: nights.shipment.path(map.key), of: nights.shipment)
        }
        try nights.shipment.state().keepOnly([])
        let result = try nights.push()
        #expect(result.baseDamage?.lostBytes == 409_600)
        #expect(result.baseDamage?.points == [4])
        #expect(result.point.parent?.generation == 4)
        try nights.expectNewestIsGood()
        try nights.expectNextIsOrdinary()
    }

    @Test("what the store's disk does not give back is as good as lost", arguments: [true, false])
    func unreadableMaps(isKeptHere: Bool) throws {
        let files = UnreadableFiles(MemoryFileSystem())
        let nights = try Nights(on: files)
        let job = nights.shipment.job.name
        let newest = try Repository(nights.shipment.store(), job: job).point(4).point
        let maps = newest.segments.map { ObjectKey.map(job, $0.name) }
        for map in maps { files.lose(nights.shipment.path(map)) }
        if !isKeptHere { try nights.shipment.state().keepOnly([]) }
        let result = try nights.push()
        #expect(result.baseDamage?.objects == maps.map(\.path).sorted())
        #expect(result.baseDamage?.lostBytes == (isKeptHere ? 0 : 409_600))
        try nights.expectNewestIsGood()
        try nights.expectNextIsOrdinary()
    }

    @Test("a damaged newest point is stepped over", arguments: Damage.allCases.filter { $0 != .missing })
    func damagedPoints(damage: Damage) throws {
        let nights = try Nights()
        let key = ObjectKey.point(nights.shipment.job.name, 4)
        try damage.apply(to: nights.shipment.path(key), of: nights.shipment)
        let result = try nights.push()
        #expect(result.point.generation == 5)
        #expect(result.point.parent?.generation == 3)
        #expect(result.baseDamage == BaseDamage(objects: [key.path], points: [4]))
        try nights.expectNewestIsGood()
        try nights.expectNextIsOrdinary()
        #expect(try nights.shipment.check(.full).damage.map(\.object) == [key.path])
    }

    @Test func noPointThatCanBeReadIsAFirstPushAgain() throws {
        let nights = try Nights()
        for generation in UInt64(1)...4 {
            try nights.shipment.damage(nights.shipment.path(.point(nights.shipment.job.name, generation))) {
                $0[100] ^= 1
            }
        }
        let result = try nights.push()
        #expect(result.point.generation == 5)
        #expect(result.point.parent == nil)
        #expect(result.baseDamage?.points == [1, 2, 3, 4])
        try nights.expectNewestIsGood()
        try nights.expectNextIsOrdinary()
    }

    @Test func everyByteIsProvedWhereThatIsAsked() throws {
        let nights = try Nights()
        // In the footer's digest, where no restore ever looks.
        try nights.shipment.damage(try nights.firstPack) { $0[$0.count - 5] ^= 1 }
        #expect(try nights.shipment.check(.base, 4).isGood)
        let result = try nights.push(provesFully: true)
        #expect(result.baseDamage?.points == [4])
        try nights.expectNewestIsGood()
    }

    @Test func aPushThatChangesNothingCostsOneQuestion() throws {
        let nights = try Nights()
        let before = try nights.shipment.store().list(.pack, job: nights.shipment.job.name).count
        let result = try nights.shipment.push(try nights.shipment.image(nights.bytes))
        #expect(result.point.counts.shippedBytes == 0)
        #expect(try nights.shipment.store().list(.pack, job: nights.shipment.job.name).count == before)
        let report = try nights.shipment.check(.base, 4)
        #expect(report.isGood)
        #expect(report.hashedObjects == report.objectsToHash)
        #expect((1...CheckRequest.sampledFrames).contains(report.hashedObjects))
    }

    @Test(
        "whatever is damaged, the next point is good, and no other is worse for it",
        arguments: UInt64(0)..<(StoreDamageTests.isWhole ? 400 : 8)
    )
    func anything(seed: UInt64) throws {
        let nights = try Nights(seed: seed)
        var random = SeededGenerator(seed: seed ^ 0xDA_3A6E)
        let kinds = ObjectKind.allCases.filter { _ in Bool.random(using: &random) }
        for kind in kinds {
            for object in try nights.shipment.store().list(kind, job: nights.shipment.job.name) {
                // A point that is gone is a store that is older.
                let fitting = Damage.allCases.filter { kind != .point || $0 != .missing }
                guard Int.random(in: 0..<3, using: &random) == 0,
                    let damage = fitting.randomElement(using: &random)
                else { continue }
                try damage.apply(to: nights.shipment.path(object.key), of: nights.shipment)
            }
        }
        if Bool.random(using: &random) { try nights.shipment.state().keepOnly([]) }
        if Bool.random(using: &random) { nights.shipment.kept.bases = [:] }
        let before = (1...UInt64(4)).map { try? nights.shipment.restored($0) }
        _ = try nights.push(provesFully: true)
        try nights.expectNewestIsGood()
        try nights.expectNextIsOrdinary()
        for (index, image) in before.enumerated() {
            guard let image else { continue }
            #expect(image == nights.history[index])
            #expect(try nights.shipment.restored(UInt64(index + 1)) == image)
        }
    }
}
