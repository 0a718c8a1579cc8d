import Foundation
import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// What is damaged in a store comes from a copy of it; nothing else is touched.
@Suite struct StoreRepairTests {
    private func repair(_ pair: CopyPair) throws -> [CheckReport.Damage] {
        var mended: [CheckReport.Damage] = []
        while true {
            let found = try StoreRepair(
                of: try Repository(pair.source, job: mdb01),
                from: try Repository(try pair.destination(), job: mdb01)
            ).run(try check(pair.source), holder: "test") { _ in }
            // What only a damaged map names is missed when that map is there again.
            guard !found.isEmpty else { return mended }
            mended += found
        }
    }

    private func check(_ store: any ObjectStore) throws -> [CheckReport.Damage] {
        let request = CheckRequest(job: mdb01, generation: nil, level: .full, seed: 1)
        return try store.check(request) { _ in }.damage
    }

    /// One random damage of an object.
    private func damage(_ key: ObjectKey, in folder: TemporaryFolder, _ random: inout SeededGenerator) throws
    {
        let how = Int.random(in: 0..<4, using: &random)
        guard how > 0 else { return try folder.remove(key) }
        try folder.damage(key) { bytes in
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch how {
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.removeLast(bytes.count - place)
            default: bytes += random.bytes(place + 1)
            }
        }
    }

    @Test(arguments: UInt64(0)..<50)
    func whateverIsDamagedIsGivenBack(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pair = try CopyPair(points: 3, seed: seed)
        try pair.copy()
        let before = try content(pair.near)
        let keys = try [ObjectKind.pack, .map].flatMap { try pair.source.list($0, job: mdb01).map(\.key) }
        let hit = keys.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))
        for key in hit { try damage(key, in: pair.near, &random) }
        let mended = try repair(pair)
        #expect(Set(mended.map(\.object)) == Set(hit.map(\.path)))
        #expect(try check(pair.source) == [])
        #expect(try content(pair.near) == before)
        #expect(try pair.near.temporaryNames() == [])
    }

    /// Points that come back as they were.
    private func readable(_ pair: CopyPair) -> Set<UInt64> {
        Set(
            pair.fixture.points.indices.filter { number in
                let image = try? StoreFixture.rebuild(UInt64(number + 1), from: pair.source, job: mdb01)
                return image == pair.fixture.images[number]
            }.map { UInt64($0 + 1) })
    }

    /// `HYBRIDREP_TORTURE` has all 200 done, a slice of them otherwise.
    private static let campaign =
        UInt64(0)..<(ProcessInfo.processInfo.environment["HYBRIDREP_TORTURE"] == nil ? 20 : 200)

    // Goal of this test: what cannot be restored any more is named, and mending makes nothing worse.
    @Test(arguments: campaign) func oneDamageIsNamedAndMended(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &+ 500)
        let pair = try CopyPair(points: 5, seed: seed)
        try pair.copy()
        let keys = try [ObjectKind.pack, .map, .point].flatMap {
            try pair.source.list($0, job: mdb01).map(\.key)
        }
        let key = try #require(keys.randomElement(using: &random))
        // That the newest point is gone as a whole a store cannot know; the host that made it does.
        if key == .point(mdb01, 5) {
            try pair.near.damage(key) { $0[$0.count / 2] ^= 4 }
        } else {
            try damage(key, in: pair.near, &random)
        }
        let found = try check(pair.source)
        #expect(found.map(\.object).contains(key.path))
        let left = readable(pair)
        let named = Set(found.flatMap(\.points))
        #expect(named.isSuperset(of: Set(1...5).subtracting(left)))
        // The others need nothing of what was hit.
        for generation in Set(1...5).subtracting(named) {
            #expect(
                try StoreFixture.rebuild(generation, from: pair.source, job: mdb01)
                    == pair.fixture.images[Int(generation) - 1])
        }
        let mended = try repair(pair)
        #expect(readable(pair).isSuperset(of: left))
        guard key.kind != .point else { return #expect(mended == []) }
        #expect(readable(pair) == [1, 2, 3, 4, 5])
        #expect(try check(pair.source) == [])
    }

    @Test(arguments: UInt64(0)..<20)
    func whatTheOtherStoreHasLostAsWellStaysDamaged(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pair = try CopyPair(points: 2, seed: seed)
        try pair.copy()
        let key = try #require(try pair.source.list(.pack, job: mdb01).randomElement(using: &random)).key
        try pair.near.damage(key) { $0[100] ^= 1 }
        try damage(key, in: pair.far, &random)
        let before = try (content(pair.near), content(pair.far))
        #expect(try repair(pair) == [])
        #expect(try content(pair.near) == before.0)
        #expect(try content(pair.far) == before.1)
    }

    @Test func pointsAndIndexesAreEachStoresOwn() throws {
        let pair = try CopyPair(points: 2)
        try pair.copy()
        let index = try #require(try pair.source.list(.index, job: mdb01).first).key
        for key in [index, .point(mdb01, 1)] { try pair.near.damage(key) { $0[70] ^= 1 } }
        #expect(try repair(pair) == [])
    }

    @Test func anotherJobAndTheStoreItselfAreRefused() throws {
        let pair = try CopyPair(points: 1)
        _ = try StoreFixture(on: try pair.destination(), seed: 99)
        for (store, kind) in [(try pair.destination(), StoreError.Kind.notFound), (pair.source, .exists)] {
            let error = #expect(throws: StoreError.self) {
                try StoreRepair(
                    of: try Repository(pair.source, job: mdb01), from: try Repository(store, job: mdb01))
            }
            #expect(error?.kind == kind)
        }
    }

    /// Objects of a store and their bytes.
    private func content(_ folder: TemporaryFolder) throws -> [ObjectKey: [UInt8]] {
        let store = try folder.directoryStore(seed: 77)
        let keys = try ObjectKind.allCases.flatMap { try store.list($0, job: mdb01).map(\.key) }
        return Dictionary(uniqueKeysWithValues: try keys.map { ($0, try folder.contents($0)) })
    }
}
