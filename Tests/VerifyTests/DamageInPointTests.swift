import Foundation
import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing
import Verify

/// The bytes that damaged packs take from each point are those that cannot be read, and no others.
@Suite struct DamageInPointTests {
    /// `HYBRIDREP_TORTURE` has all 200 done, a slice of them otherwise.
    private static let campaign =
        UInt64(0)..<(ProcessInfo.processInfo.environment["HYBRIDREP_TORTURE"] == nil ? 20 : 200)
    private static let job = Name.valid("mdb01")
    private static let block = StoreFixture.blockSize

    private static func open(_ files: MemoryFileSystem) -> LocalStoreService {
        LocalStoreService(
            directory: "/store", files: files, clock: FixedClock(), entropy: SeededEntropy(seed: 1))
    }

    /// One random damage of a file.
    private func damage(_ path: String, in files: MemoryFileSystem, _ random: inout SeededGenerator) throws {
        var bytes = try files.contents(path, limit: 1 << 30)
        let place = Int.random(in: 0..<bytes.count, using: &random)
        try files.remove(path)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return
        case 1: bytes.removeLast(bytes.count - place)
        case 2: bytes += random.bytes(place + 1)
        default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        try files.open(path, .create).write(bytes.span, at: 0)
    }

    /// What is to be said of lost blocks of an image: block 0 is structure, the rest its one member.
    private func parts(_ lost: [Int]) -> [String] {
        var runs: [ClosedRange<Int>] = []
        for number in lost {
            if let last = runs.last, last.upperBound == number - 1, last.lowerBound > 0 {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        return runs.map { run in
            let bytes =
                "(image bytes \(run.lowerBound * Self.block) to \((run.upperBound + 1) * Self.block - 1))"
            let first = max(0, run.lowerBound - 1)
            let last = max(0, run.upperBound - 1)
            return "db.edb, " + (first == last ? "block \(first) " : "blocks \(first) to \(last) ") + bytes
        }
    }

    // Goal of this test: an administrator is told what is lost, neither less nor more.
    @Test(arguments: campaign) func whatIsNamedIsWhatCannotBeRead(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &+ 900)
        let files = MemoryFileSystem()
        let fixture = try StoreFixture(on: Self.open(files), seed: seed)
        for _ in 0..<5 { try fixture.addPoint() }
        let packs = fixture.packs.flatMap(\.self)
        let hit = packs.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random))
        for pack in hit {
            try damage("/store/" + ObjectKey.pack(Self.job, pack).path, in: files, &random)
        }
        let store = Self.open(files)
        let request = CheckRequest(job: Self.job, generation: nil, level: .full, seed: 1)
        // What is said of frames beside their packs names no bytes.
        let damage = try store.check(request) { _ in }.damage.filter { $0.object.hasSuffix(".pack") }
        #expect(Set(damage.map(\.object)) == Set(hit.map { ObjectKey.pack(Self.job, $0).path }))
        let repository = try Repository(store, job: Self.job)
        for generation in UInt64(1)...5 {
            let lost = try StoreFixture.lostBlocks(of: generation, from: store, job: Self.job)
            let named = try DamageInPoint(
                damage, in: repository.point(generation).point, of: repository, .memory)
            #expect(named.parts.map(\.description) == parts(lost), "point \(generation)")
            #expect(named.parts.allSatisfy { $0.range.count == $0.blocks.count * Self.block })
            if !lost.isEmpty { #expect(damage.contains { $0.points.contains(generation) }) }
        }
    }
}
