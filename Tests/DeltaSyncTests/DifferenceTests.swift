import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

/// What changed between two points, told by their maps.
@Suite struct DifferenceTests {
    private typealias Member = (name: String, bytes: [UInt8], blockSize: Int)
    private static let blockSize = 4096

    /// What a comparison of all bytes says of the members of two points, as it ought to be where nothing has moved.
    private static func expected(_ before: [Member], _ after: [Member]) -> [String: [ImageDifference.Kind:
        Int]]
    {
        var found: [String: [ImageDifference.Kind: Int]] = [:]
        func blocks(_ member: Member?) -> [ArraySlice<UInt8>] {
            guard let member else { return [] }
            return stride(from: 0, to: member.bytes.count, by: member.blockSize).map {
                member.bytes[$0..<min($0 + member.blockSize, member.bytes.count)]
            }
        }
        for name in Set((before + after).map(\.name)) {
            let old = blocks(before.first { $0.name == name })
            let new = blocks(after.first { $0.name == name })
            var counts: [ImageDifference.Kind: Int] = [:]
            for (one, other) in zip(old, new) {
                counts[one == other ? .unchanged : .changed, default: 0] += 1
            }
            if new.count > old.count { counts[.added] = new.count - old.count }
            if old.count > new.count { counts[.removed] = old.count - new.count }
            found[name] = counts
        }
        return found
    }

    private static func counts(_ difference: ImageDifference) -> [String: [ImageDifference.Kind: Int]] {
        var found: [String: [ImageDifference.Kind: Int]] = [:]
        for member in difference.members where member.key.kind == .data {
            var counts: [ImageDifference.Kind: Int] = [:]
            for kind in ImageDifference.Kind.allCases where member.tally[kind].blocks > 0 {
                counts[kind] = member.tally[kind].blocks
            }
            found[member.key.name] = counts
        }
        return found
    }

    private func difference(
        _ shipment: Shipment, _ old: UInt64, _ new: UInt64, _ limits: DifferenceSearch.Limits = .init()
    ) throws -> ImageDifference {
        let store = shipment.store()
        let repository = try Repository(store, job: shipment.job.name)
        func image(_ generation: UInt64) throws -> ImageReader {
            try ImageReader(
                try repository.point(generation).point, in: repository, state: nil, .memory)
        }
        var search = DifferenceSearch(from: try image(old), to: try image(new), limits)
        return try search.run { _ in }
    }

    /// Something happens to the members, as in a night.
    private func night(_ members: inout [Member], _ random: inout SeededGenerator) {
        for index in members.indices {
            let size = members[index].blockSize
            for _ in 0..<3 where !members[index].bytes.isEmpty {
                let at = Int.random(in: members[index].bytes.indices, using: &random)
                members[index].bytes[at] ^= UInt8.random(in: 1...255, using: &random)
            }
            switch Int.random(in: 0..<6, using: &random) {
            case 0: members[index].bytes += random.bytes(Int.random(in: 1..<3 * size, using: &random))
            case 1:
                members[index].bytes.removeLast(
                    min(members[index].bytes.count, Int.random(in: 1..<2 * size, using: &random)))
            case 2: members[index].bytes += [UInt8](repeating: 0, count: 3 * size + 5)
            case 3:
                let blocks = members[index].bytes.count / size
                guard blocks > 4 else { break }
                let start = Int.random(in: 0..<blocks - 2, using: &random) * size
                members[index].bytes.replaceSubrange(
                    start..<start + 2 * size, with: repeatElement(0, count: 2 * size))
            default: break
            }
        }
        let number = Int.random(in: 0..<1000, using: &random)
        if number % 3 == 0 { members.append(("log\(number)", random.bytes(9_000 + number), 8192)) }
        if number % 4 == 0, members.count > 2 { members.remove(at: number % members.count) }
    }

    // Goal of this test: whatever nights lie between two points, the maps say what reading both images would say.
    @Test("any two points differ as their bytes do", arguments: UInt64(0)..<6)
    func bytes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let shipment = try Shipment(seed: seed, on: MemoryFileSystem())
        var members: [Member] = [
            ("mdb01.edb", random.bytes(40 * Self.blockSize), Self.blockSize),
            ("b.log", random.bytes(50_000), 8192),
            ("e", [], 8192),
        ]
        var history: [[Member]] = []
        for _ in 0..<6 {
            history.append(members)
            try shipment.push(try shipment.image(members))
            night(&members, &random)
        }
        for old in history.indices {
            for new in history.indices {
                let found = try difference(shipment, UInt64(old + 1), UInt64(new + 1))
                #expect(
                    Self.counts(found) == Self.expected(history[old], history[new]),
                    "\(old + 1) to \(new + 1)")
                let length = history[new].reduce(0) { $0 + $1.bytes.count }
                let members = found.members.filter { $0.key.kind == .data }
                let bytes = members.reduce(0) { sum, member in
                    ImageDifference.Kind.allCases.filter { $0 != .removed }.reduce(sum) {
                        $0 + member.tally[$1].bytes
                    }
                }
                #expect(bytes == length)
                if old == new { #expect(found.total.isUnchanged) }
            }
        }
    }

    /// Bytes are put in, so that all that follows stands elsewhere and off its grid.
    @Test("what was moved is told from what is new, however little waits at once", arguments: [1 << 18, 7])
    func moved(waiting: Int) throws {
        var random = SeededGenerator(seed: 4)
        let shipment = try Shipment(seed: 4, on: MemoryFileSystem())
        var bytes = random.bytes(300 * Self.blockSize + 10)
        try shipment.push(try shipment.image(bytes))
        bytes.insert(contentsOf: random.bytes(1_001), at: 100 * Self.blockSize + 50)
        try shipment.push(try shipment.image(bytes))
        var limits = DifferenceSearch.Limits()
        limits.waiting = waiting
        limits.windowBlocks = 64
        let found = try #require(try difference(shipment, 1, 2, limits).members.first)
        #expect(found.tally[.unchanged].blocks == 100)
        // The block where the bytes were put in; the last one is short, and ends as the old one did.
        #expect(found.tally[.moved].blocks + found.tally[.changed].blocks + found.tally[.added].blocks == 201)
        #expect(found.tally[.moved].blocks >= 198)
        #expect(found.stretches.first?.blocks.lowerBound == 100)
        // A night on: what was moved once is where it was.
        bytes[bytes.count - 20_000] ^= 1
        try shipment.push(try shipment.image(bytes))
        let next = try #require(try difference(shipment, 2, 3, limits).members.first)
        #expect(next.tally[.changed].blocks == 1)
        #expect(next.tally[.unchanged].blocks == 300)
        let both = try #require(try difference(shipment, 1, 3, limits).members.first)
        #expect(both.tally[.moved].blocks == found.tally[.moved].blocks - 1)
    }

    @Test func whatChangedAndChangedBackIsUnchanged() throws {
        var random = SeededGenerator(seed: 5)
        let shipment = try Shipment(seed: 5, on: MemoryFileSystem())
        let first = random.bytes(20 * Self.blockSize)
        var second = first
        for block in [3, 4, 11] { second[block * Self.blockSize + 9] ^= 1 }
        for bytes in [first, second, first] { try shipment.push(try shipment.image(bytes)) }
        let change = try #require(try difference(shipment, 1, 2).members.first)
        #expect(change.stretches.map(\.blocks) == [3..<5, 11..<12])
        #expect(change.stretches.allSatisfy { $0.kind == .changed })
        #expect(try difference(shipment, 1, 3).total.isUnchanged)
    }

    @Test func noMoreStretchesAreToldThanThereIsRoomFor() throws {
        var random = SeededGenerator(seed: 6)
        let shipment = try Shipment(seed: 6, on: MemoryFileSystem())
        var bytes = random.bytes(40 * Self.blockSize)
        try shipment.push(try shipment.image(bytes))
        for block in stride(from: 0, to: 40, by: 2) { bytes[block * Self.blockSize] ^= 1 }
        try shipment.push(try shipment.image(bytes))
        var limits = DifferenceSearch.Limits()
        limits.stretches = 5
        let found = try #require(try difference(shipment, 1, 2, limits).members.first)
        #expect(found.tally[.changed].blocks == 20)
        #expect(found.stretches.count == 5)
        #expect(found.stretchesLeftOut == 15)
    }

    @Test func theHeadsOfBlocksAreThoseOfTheImage() throws {
        var random = SeededGenerator(seed: 7)
        let shipment = try Shipment(seed: 7, on: MemoryFileSystem())
        var bytes = random.bytes(30 * Self.blockSize + 17)
        bytes.replaceSubrange(
            5 * Self.blockSize..<7 * Self.blockSize, with: repeatElement(0, count: 2 * Self.blockSize))
        let point = try shipment.push(try shipment.image(bytes)).point
        let store = shipment.store()
        let image = try ImageReader(
            point, in: try Repository(store, job: shipment.job.name), state: nil, .memory)
        let blocks = [1, 2, 5, 29, 30]
        var heads: [Int: [UInt8]] = [:]
        try image.heads(
            of: blocks.map { $0 * Self.blockSize..<min(($0 + 1) * Self.blockSize, bytes.count) }, count: 40
        ) { _ in
        } into: {
            heads[$0 / Self.blockSize] = $1
        }
        #expect(Set(heads.keys) == Set(blocks))
        for (block, head) in heads {
            let start = block * Self.blockSize
            #expect(head == Array(bytes[start..<min(start + 40, bytes.count)]))
        }
    }
}
