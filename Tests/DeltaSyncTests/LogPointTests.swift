import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

@Suite struct LogPointTests {
    private typealias Member = (name: String, bytes: [UInt8], blockSize: Int)

    /// A database of 400 KB, which changes from full to full, and logs of 64 KB that never do.
    private struct Source {
        var random: SeededGenerator
        var database: [UInt8]
        var logs: [Member] = []

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            database = random.bytes(409_600)
        }

        mutating func log(_ number: Int) {
            logs.append(("E0000000\(number).log", random.bytes(65_536), 8192))
        }

        var full: [Member] { [("mdb01.edb", database, 8192)] + logs }
    }

    /// A full with one log, and the first log point with another, both shipped.
    private func shippedLogs(
        seed: UInt64
    ) throws -> (shipment: Shipment, source: Source, full: ShippedImage, kind: PushRequest.Kind) {
        let shipment = try Shipment(seed: seed, on: MemoryFileSystem())
        var source = Source(seed: seed)
        source.log(10)
        let full = try shipment.image(source.full)
        try shipment.push(full)
        let kind = PushRequest.Kind.logs(of: full.signature.digest)
        source.log(11)
        try shipment.push(try shipment.image(source.logs), kind: kind)
        return (shipment, source, full, kind)
    }

    @Test("a full, its log points and the next full come back byte for byte", arguments: [true, false])
    func wholeHistory(keepsImages: Bool) throws {
        let shipment = try Shipment(seed: 3)
        var source = Source(seed: 3)
        source.log(10)
        source.log(11)
        let full = try shipment.image(source.full)
        try shipment.push(full)
        var history = [try shipment.bytes(of: full)]
        for number in 12...14 {
            source.log(number)
            let image = try shipment.image(source.logs)
            if !keepsImages { shipment.kept.bases = [:] }
            let result = try shipment.push(image, kind: .logs(of: full.signature.digest))
            history.append(try shipment.bytes(of: image))
            #expect(result.point.kind == .logs)
            #expect(result.point.full?.generation == 1)
            // One new log, its share of structure, map and index; random bytes do not shrink.
            #expect((65_536...72_000).contains(result.point.counts.shippedBytes), "log \(number)")
        }
        source.database.replaceSubrange(8_000..<8_100, with: source.random.bytes(100))
        let next = try shipment.image(source.full)
        if !keepsImages { shipment.kept.bases = [:] }
        let result = try shipment.push(next)
        history.append(try shipment.bytes(of: next))
        #expect(result.point.kind == .full)
        #expect(result.point.parent?.generation == 4)
        // Its base is the full before it: the database's two changed blocks, and three logs that came since.
        #expect(result.point.counts.shippedBytes < 3 * 65_536 + 25_000)
        for (index, expected) in history.enumerated() {
            #expect(try shipment.restored(UInt64(index + 1)) == expected, "point \(index + 1)")
        }
    }

    @Test func anUnchangedSetOfLogsCostsNothing() throws {
        let shipment = try Shipment(seed: 4)
        var source = Source(seed: 4)
        source.log(10)
        let full = try shipment.image(source.full)
        try shipment.push(full)
        let kind = PushRequest.Kind.logs(of: full.signature.digest)
        let first = try shipment.push(try shipment.image(source.logs), kind: kind)
        // The full's blocks are taken over: 16 bytes of fingerprint for each, and the changed header.
        #expect(first.point.counts.changedBlocks <= 1)
        let second = try shipment.push(try shipment.image(source.logs), kind: kind)
        #expect(second.point.counts.shippedBytes == 0)
    }

    @Test func logsOfAnotherFullAreRefused() throws {
        let shipment = try Shipment(seed: 5)
        var source = Source(seed: 5)
        source.log(10)
        let first = try shipment.image(source.full)
        try shipment.push(first)
        source.database[70_000] ^= 1
        try shipment.push(try shipment.image(source.full))
        let digest = first.signature.digest
        #expect(throws: SyncError.fullMissing(digest)) {
            try shipment.push(try shipment.image(source.logs), kind: .logs(of: digest))
        }
        let generations = try Repository(shipment.store(), job: shipment.job.name).generations()
        #expect(generations == [1, 2])
    }

    @Test func logsInAnEmptyStoreAreRefused() throws {
        let shipment = try Shipment(seed: 6)
        var source = Source(seed: 6)
        source.log(10)
        let logs = try shipment.image(source.logs)
        #expect(throws: SyncError.fullMissing(.zeroForTests)) {
            try shipment.push(logs, kind: .logs(of: .zeroForTests))
        }
    }

    @Test("logs that the store has lost are shipped again", arguments: [true, false])
    func lostLogs(losesMap: Bool) throws {
        let begun = try shippedLogs(seed: 10)
        let (shipment, kind) = (begun.shipment, begun.kind)
        var source = begun.source
        let before = try shipment.store().list(.pack, job: shipment.job.name)
        source.log(12)
        let second = try shipment.push(try shipment.image(source.logs), kind: kind)
        if losesMap {
            for segment in second.point.segments {
                try shipment.files.remove(shipment.path(.map(shipment.job.name, segment.name)))
            }
            try shipment.state().keepOnly([])
        } else {
            for pack in try shipment.store().list(.pack, job: shipment.job.name)
            where !before.contains(pack) { try shipment.files.remove(shipment.path(pack.key)) }
        }
        source.log(13)
        let logs = try shipment.image(source.logs)
        let third = try shipment.push(logs, kind: kind)
        #expect(third.baseDamage?.points == [3])
        #expect(third.point.full?.generation == 1)
        // The full's own log is there still; what came after it is shipped again.
        #expect((losesMap ? 190_000..<230_000 : 130_000..<150_000).contains(third.point.counts.shippedBytes))
        #expect(try shipment.restored(4) == shipment.bytes(of: logs))
        #expect(try shipment.check(.full, 4).isGood)
        source.log(14)
        #expect(try shipment.push(try shipment.image(source.logs), kind: kind).baseDamage == nil)
    }

    @Test func logsOfADamagedFullAreRefusedUntilItWasShippedAgain() throws {
        let begun = try shippedLogs(seed: 11)
        let (shipment, full, kind) = (begun.shipment, begun.full, begun.kind)
        var source = begun.source
        let packs = try shipment.store().list(.pack, job: shipment.job.name)
        try shipment.damage(shipment.path(try #require(packs.max { $0.length < $1.length }).key)) { $0 = [] }
        source.log(12)
        let logs = try shipment.image(source.logs)
        let error = #expect(throws: SyncError.self) { try shipment.push(logs, kind: kind) }
        #expect(error?.neededFull == full.signature.digest)
        #expect(error?.description == "point 1 of vault, the full that these logs continue, is damaged")
        #expect(try shipment.push(full).baseDamage?.points == [1])
        let result = try shipment.push(logs, kind: kind)
        #expect(result.baseDamage == nil)
        #expect(result.point.full?.generation == 3)
        #expect(try shipment.restored(3) == shipment.bytes(of: full))
        #expect(try shipment.restored(4) == shipment.bytes(of: logs))
        #expect(try shipment.check(.full, 4).isGood)
    }

    @Test("a log point is no better than its full", arguments: [Point.Health.damaged, .suspicious])
    func inheritedHealth(health: Point.Health) throws {
        let shipment = try Shipment(seed: 7)
        var source = Source(seed: 7)
        source.log(10)
        let full = try shipment.image(source.full)
        try shipment.push(full, health: health)
        let result = try shipment.push(
            try shipment.image(source.logs), kind: .logs(of: full.signature.digest))
        #expect(result.point.health == health)
        #expect(try Repository(shipment.store(), job: shipment.job.name).latest() == nil)
    }

    @Test func theNewestGoodPointAtATimeIsFound() throws {
        let shipment = try Shipment(seed: 9)
        func time(_ seconds: Double) -> Timestamp { Timestamp(nanoseconds: Int64(seconds * 1e9)) }
        try shipment.push(try shipment.image([1]), at: time(1000.5))
        try shipment.push(try shipment.image([2]), at: time(2000.5))
        try shipment.push(try shipment.image([3]), health: .suspicious, at: time(3000.5))
        let repository = try Repository(shipment.store(), job: shipment.job.name)
        #expect(try repository.newest(at: time(999)) == nil)
        // Times are shown without their fraction, and typed in as they are shown.
        #expect(try repository.newest(at: time(1000))?.point.generation == 1)
        #expect(try repository.newest(at: time(1999))?.point.generation == 1)
        #expect(try repository.newest(at: time(9000))?.point.generation == 2)
    }

    @Test func thisHostRemembersTheBasesOfBothKinds() throws {
        let shipment = try Shipment(seed: 8)
        var source = Source(seed: 8)
        source.log(10)
        let full = try shipment.image(source.full)
        try shipment.push(full)
        let logs = try shipment.image(source.logs)
        try shipment.push(logs, kind: .logs(of: full.signature.digest))
        let memory = try #require(shipment.state().target(shipment.target))
        #expect(memory.bases.map(\.image) == [full.signature.digest, logs.signature.digest])
        #expect(try TargetMemory(parsing: memory.encoded) == memory)
        source.database[90_000] ^= 1
        let next = try shipment.image(source.full)
        try shipment.push(next)
        #expect(shipment.state().target(shipment.target)?.bases.map(\.image) == [next.signature.digest])
    }
}

extension Digest256 {
    static var zeroForTests: Digest256 { SHA256Hasher.hash([UInt8]().span) }
}
