import DeltaSync
import Foundation
import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// Damage of every kind to every object of a store: none passes for good, and no wrong byte is restored.
///
/// `HYBRIDREP_TORTURE` has all of it done, a slice of it otherwise.
@Suite struct StoreDamageTests {
    static let isWhole = ProcessInfo.processInfo.environment["HYBRIDREP_TORTURE"].flatMap { Int($0) } ?? 0 > 0

    /// A store in memory, and what its points hold.
    private final class Sample {
        let files = MemoryFileSystem()
        let shipment: Shipment
        var history: [[UInt8]] = []
        var random: SeededGenerator

        init(seed: UInt64, blocks: Int, points: Int = 3) throws {
            random = SeededGenerator(seed: seed)
            shipment = try Shipment(seed: seed, on: files)
            var bytes = random.bytes(blocks * 4096)
            for number in 0..<points {
                if number > 0 {
                    for _ in 0...blocks / 8 {
                        let start = Int.random(in: 0..<bytes.count - 200, using: &random)
                        bytes.replaceSubrange(start..<start + 100, with: random.bytes(100))
                    }
                }
                try ship(bytes)
            }
        }

        func ship(_ bytes: [UInt8]) throws {
            history.append(bytes)
            try shipment.push(try shipment.image(bytes))
        }

        var root: String { shipment.folder.path + "/store/" }

        /// Every object's path below the store, and its bytes.
        var objects: [(path: String, bytes: [UInt8])] {
            files.contents.filter { $0.key.hasPrefix(root) }
                .map { (String($0.key.dropFirst(root.count)), $0.value) }.sorted { $0.0 < $1.0 }
        }

        func put(_ path: String, _ bytes: [UInt8]) throws {
            if files.status(root + path) != nil { try files.remove(root + path) }
            try files.open(root + path, .create).write(bytes.span, at: 0)
        }

        /// Expects that damage is told of, with every point that does not come back, and no other bytes come back.
        ///
        /// - Parameter object: What must be named.
        func expectDetected(_ object: String, _ comment: String, points: [UInt64]? = nil) throws {
            var named: Set<UInt64>?
            do throws(StoreError) {
                let report = try shipment.store().check(
                    CheckRequest(job: shipment.job.name, generation: nil, level: .full, seed: 1)
                ) { _ in }
                #expect(!report.isGood, "\(comment)")
                #expect(report.damage.contains { $0.object == object }, "\(comment): \(report.damage)")
                named = Set(report.damage.flatMap(\.points))
            } catch {
                // Without them there is no store, or no job.
                #expect(["STORE", "jobs/mdb01/job"].contains(object), "\(comment): \(error)")
            }
            for (index, expected) in history.enumerated() {
                let generation = UInt64(index + 1)
                if let points, !points.contains(generation) { continue }
                if let restored = try? shipment.restored(generation) {
                    #expect(restored == expected, "\(comment): point \(generation) came back wrong")
                } else if let named {
                    #expect(named.contains(generation), "\(comment): point \(generation) is not named")
                }
            }
        }
    }

    @Test("one flipped bit anywhere in a store is told of, and never restored", arguments: UInt64(0)..<4)
    func everyByte(quarter: UInt64) throws {
        let sample = try Sample(seed: 20, blocks: 4)
        let stride = Self.isWhole ? 1 : 97
        var place = 0
        for (path, bytes) in sample.objects {
            for offset in bytes.indices {
                place += 1
                guard place % 4 == Int(quarter), (place / 4) % stride == 5 % stride else { continue }
                var damaged = bytes
                damaged[offset] ^= 1 << UInt8.random(in: 0..<8, using: &sample.random)
                try sample.put(path, damaged)
                try sample.expectDetected(path, "byte \(offset) of \(path)")
            }
            try sample.put(path, bytes)
        }
        #expect(place > 20_000)
        #expect(try sample.shipment.check(.full).isGood)
    }

    @Test("ten thousand flips of a larger store", .enabled(if: isWhole, "needs HYBRIDREP_TORTURE"))
    func manyFlips() throws {
        let sample = try Sample(seed: 21, blocks: 64, points: 12)
        let objects = sample.objects
        let total = objects.reduce(0) { $0 + $1.bytes.count }
        for number in 0..<10_000 {
            var place = Int.random(in: 0..<total, using: &sample.random)
            let hit = try #require(
                objects.first { object in
                    if place < object.bytes.count { return true }
                    place -= object.bytes.count
                    return false
                })
            var damaged = hit.bytes
            damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &sample.random)
            try sample.put(hit.path, damaged)
            try sample.expectDetected(
                hit.path, "flip \(number), byte \(place) of \(hit.path)", points: [UInt64(number % 12 + 1)])
            try sample.put(hit.path, hit.bytes)
        }
    }

    @Test func everyTruncationIsToldOf() throws {
        let sample = try Sample(seed: 22, blocks: Self.isWhole ? 16 : 4)
        for (path, bytes) in sample.objects {
            for length in Set(stride(from: 0, to: bytes.count, by: 512) + [bytes.count - 1]).sorted() {
                try sample.put(path, Array(bytes[..<length]))
                try sample.expectDetected(path, "\(path) cut to \(length)")
            }
            try sample.put(path, bytes + [0])
            try sample.expectDetected(path, "\(path) with a byte more")
            try sample.put(path, [UInt8](repeating: 0, count: bytes.count))
            try sample.expectDetected(path, "\(path) of zeros")
            try sample.put(path, bytes)
        }
    }

    @Test func everyMissingObjectIsToldOf() throws {
        let sample = try Sample(seed: 23, blocks: 4)
        let newest = ObjectKey.point(sample.shipment.job.name, 3).path
        for (path, bytes) in sample.objects {
            try sample.files.remove(sample.root + path)
            if path == newest || path.hasPrefix("jobs/mdb01/index/") {
                // Only who has seen it can miss the newest point; indexes say what packs say as well.
                #expect(try sample.shipment.check(.full).isGood)
            } else {
                try sample.expectDetected(path, "\(path) missing")
            }
            try sample.put(path, bytes)
        }
    }

    @Test("an object in the place of another of its kind is told of")
    func everySwap() throws {
        let sample = try Sample(seed: 24, blocks: 4)
        let objects = sample.objects
        for (path, bytes) in objects {
            let kind = path.split(separator: "/").dropLast().prefix(3).joined()
            for (other, content) in objects where other != path && content != bytes {
                guard other.split(separator: "/").dropLast().prefix(3).joined() == kind else { continue }
                try sample.put(path, content)
                try sample.expectDetected(path, "\(path) with what is in \(other)")
                if other > path {
                    try sample.put(other, bytes)
                    try sample.expectDetected(path, "\(path) and \(other) swapped")
                    try sample.expectDetected(other, "\(path) and \(other) swapped")
                    try sample.put(other, content)
                }
            }
            try sample.put(path, bytes)
        }
    }

    @Test("a point of another history of the same store is told of")
    func otherVersions() throws {
        let sample = try Sample(seed: 25, blocks: 4, points: 1)
        let before = sample.objects
        var bytes = sample.history[0]
        bytes[5000] ^= 1
        try sample.ship(bytes)
        let other = sample.objects.filter { object in !before.contains { $0.path == object.path } }
        for object in other { try sample.files.remove(sample.root + object.path) }
        sample.history.removeLast()
        try sample.shipment.state().forget(sample.shipment.target)
        for _ in 0..<2 {
            bytes[9000] ^= 1
            try sample.ship(bytes + [7])
        }
        #expect(try sample.shipment.check(.full).isGood)
        // Whole and with all that it needs: only the point after it says that it is another.
        let key = ObjectKey.point(sample.shipment.job.name, 2).path
        for object in other { try sample.put(object.path, object.bytes) }
        let report = try sample.shipment.check(.full)
        #expect(report.damage.map(\.object) == [key])
        #expect(report.damage.map(\.points) == [[2]])
        #expect(report.damage.first?.reason == "is not the point that point 3 follows")
    }

    @Test func copiesUnderOtherNamesAndJunkHarmNobody() throws {
        let sample = try Sample(seed: 26, blocks: 4)
        var copies: [String] = []
        for (path, bytes) in sample.objects where path.contains("/packs/") || path.contains("/maps/") {
            let digit: Character = path.last { $0.isHexDigit } == "0" ? "1" : "0"
            let dot = try #require(path.lastIndex(of: "."))
            let last = path.index(before: dot)
            copies.append(path[..<last] + String(digit) + path[dot...])
            try sample.put(copies[copies.count - 1], bytes)
        }
        let copy = ObjectKey.point(sample.shipment.job.name, 9).path
        let second = sample.objects.first { $0.path.hasSuffix("2.point") }
        try sample.put(copy, try #require(second).bytes)
        for folder in ["packs", "packs/00", "maps", "index", "points", "notes", "tomb", "trash", "tmp"] {
            for number in 0..<100 {
                let name = String(decoding: sample.random.bytes(8).map { 97 + $0 % 26 }, as: UTF8.self)
                let ending = ["", ".pack", ".point", ".map", ".idx", ".partial"][number % 6]
                try sample.put("jobs/mdb01/\(folder)/\(name)\(ending)", sample.random.bytes(20))
            }
        }
        let report = try sample.shipment.check(.full)
        #expect(Set(report.damage.map(\.object)) == Set(copies + [copy]))
        #expect(Set(report.damage.flatMap(\.points)) == [9])
        for (index, expected) in sample.history.enumerated() {
            #expect(try sample.shipment.restored(UInt64(index + 1)) == expected)
        }
        let result = try sample.shipment.push(try sample.shipment.image(sample.history[0] + [1]))
        #expect(result.point.generation == 10)
        #expect(result.baseDamage == BaseDamage(objects: [copy], points: [9]))
        #expect(try sample.shipment.restored(10) == sample.history[0] + [1])
    }
}
