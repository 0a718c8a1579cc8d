import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

/// What the gate holds, what follows a release, and what is no change at all.
@Suite struct HeldPointTests {
    /// 300 KB that nothing makes smaller and never change, and 100 KB of text of which a third does each night.
    private final class Nights {
        let shipment: Shipment
        private var night = 0
        private let fixed: [UInt8]

        init(_ count: Int = 4) throws {
            shipment = try Shipment(seed: 5, on: MemoryFileSystem())
            var random = SeededGenerator(seed: 5)
            fixed = random.bytes(307_200)
            for _ in 0..<count { #expect(try push().point.health == .good) }
        }

        func image() throws -> ShippedImage {
            var text: [UInt8] = []
            for block in 0..<25 {
                let line = Array("block \(block) of night \(block % 3 == 0 ? night : 0), many words, ".utf8)
                text += (0..<4096).map { line[$0 % line.count] }
            }
            return try shipment.image(fixed + text)
        }

        @discardableResult func push(
            health: Point.Health = .good, suspicions: [Point.Hold.Reason] = [],
            to store: (any ObjectStore)? = nil
        ) throws -> PushResult {
            night += 1
            return try shipment.push(
                try image(), health: health, at: time, isGated: true, suspicions: suspicions, to: store)
        }

        /// Ships what somebody has encrypted.
        @discardableResult func pushEncrypted(to store: (any ObjectStore)? = nil) throws -> PushResult {
            night += 1
            var random = SeededGenerator(seed: 99)
            return try shipment.push(
                try shipment.image(random.bytes(409_600)), at: time, isGated: true, to: store)
        }

        private var time: Timestamp { Timestamp(seconds: 1_795_312_804 + Int64(night) * 86_400) }

        func isGood(_ generation: UInt64) throws -> Bool {
            let repository = try Repository(shipment.store(), job: shipment.job.name)
            return try repository.isGood(repository.point(generation))
        }

        func release(_ generation: UInt64) throws {
            let store = shipment.store()
            let repository = try Repository(store, job: shipment.job.name)
            let reference = try repository.point(generation).reference
            try repository.add(.released) {
                Note($0, point: reference, made: FixedClock().now, maker: "test")
            }
        }

        func loseLargest(_ kind: ObjectKind) throws {
            let objects = try shipment.store().list(kind, job: shipment.job.name)
            let largest = try #require(objects.max { $0.length < $1.length })
            try shipment.files.remove(shipment.path(largest.key))
        }
    }

    /// Commits, and then the line is gone.
    private final class MuteStore: ForwardingStore {
        let base: any ObjectStore

        init(base: any ObjectStore) { self.base = base }

        func commit(
            _ point: [UInt8], generation: UInt64, job: Name, madeBy maker: Maker?
        ) throws(StoreError) -> Receipt {
            _ = try base.commit(point, generation: generation, job: job, madeBy: maker)
            throw StoreError(.unreachable, "commit", "agent", "connection closed")
        }
    }

    private static let all = "100 % of it has changed, usual are 9 %"

    enum Loss: CaseIterable {
        case pack, packWithoutImages, map, mapWithoutImages, mapAndState
    }

    @Test("what a store has lost and gets again is no change", arguments: Loss.allCases)
    func healing(loss: Loss) throws {
        let nights = try Nights()
        switch loss {
        case .pack, .packWithoutImages: try nights.loseLargest(.pack)
        case .map, .mapWithoutImages, .mapAndState:
            try nights.loseLargest(.map)
            // Its own copy of the map would be given back.
            try nights.shipment.state().keepOnly([])
        }
        if loss == .packWithoutImages || loss == .mapWithoutImages { nights.shipment.kept.bases = [:] }
        let result = try nights.push()
        #expect(result.baseDamage != nil)
        #expect(result.point.health == .good)
        #expect(result.point.hold == nil)
        #expect(result.point.counts.shippedBytes > 300_000)
        if loss == .mapWithoutImages {
            #expect(result.point.difference == nil)
        } else {
            let difference = try #require(result.point.difference)
            #expect(result.point.counts.changedBlocks == 9)
            #expect(difference.changedBytes == 9 * 4096)
            #expect(difference.storedBytes < 9 * 4096 / 5)
            #expect(difference.hadBaseBytes == (loss != .packWithoutImages))
        }
        #expect(try nights.push().point.health == .good)
    }

    @Test func zerosInPlaceOfContentAreAChange() throws {
        let nights = try Nights()
        let result = try nights.shipment.push(
            try nights.shipment.image([UInt8](repeating: 0, count: 409_600)), isGated: true)
        #expect(result.point.counts.changedBlocks == 100)
        #expect(result.point.difference?.changedBytes == 0)
        #expect(result.heldBecause == [Self.all])
    }

    @Test func aReleaseSettlesItsCauseForAllThatFollows() throws {
        let nights = try Nights()
        #expect(try nights.pushEncrypted().heldBecause == [Self.all])
        for generation in UInt64(6)...8 {
            let next = try nights.pushEncrypted()
            #expect(next.heldBecause == ["it is built upon point \(generation - 1), which is held"])
            #expect(
                next.point.hold?.follows.map(\.generation) == (5..<generation).reversed())
        }
        for generation in UInt64(5)...8 { #expect(try !nights.isGood(generation)) }
        try nights.release(5)
        for generation in UInt64(5)...8 { #expect(try nights.isGood(generation)) }
        #expect(try nights.pushEncrypted().point.health == .good)
    }

    @Test func aReleaseInTheMiddleLeavesWhatCameBeforeHeld() throws {
        let nights = try Nights()
        for _ in 0..<4 { try nights.pushEncrypted() }
        try nights.release(7)
        #expect(try (5...8).map { try nights.isGood($0) } == [false, false, true, true])
        #expect(try nights.pushEncrypted().point.health == .good)
    }

    /// What differs from the held point as much as that did from the good ones needs its own release.
    @Test func aReleaseDoesNotReachWhatIsUnlikeWhatItReleased() throws {
        let nights = try Nights()
        try nights.pushEncrypted()
        let back = try nights.push()
        #expect(back.heldBecause == ["it is built upon point 5, which is held", Self.all])
        #expect(try nights.push().point.hold?.follows.map(\.generation) == [6])
        try nights.release(5)
        #expect(try (5...7).map { try nights.isGood($0) } == [true, false, false])
        try nights.release(6)
        #expect(try nights.isGood(7))
    }

    @Test func theReasonIsKnownThoughTheAnswerOfTheCommitWasLost() throws {
        let nights = try Nights()
        #expect(throws: SyncError.self) {
            try nights.pushEncrypted(to: MuteStore(base: nights.shipment.store()))
        }
        let repository = try Repository(nights.shipment.store(), job: nights.shipment.job.name)
        let stored = try repository.point(5)
        #expect(stored.point.hold?.reasons == [.init(.unlike, Self.all)])
        // The same try again finds its point there, and says why it is held.
        var random = SeededGenerator(seed: 99)
        let again = try nights.shipment.push(
            try nights.shipment.image(random.bytes(409_600)), at: stored.point.sourceTime, isGated: true)
        #expect(again.point == stored.point)
        #expect(again.heldBecause == [Self.all])
        #expect(try nights.pushEncrypted().heldBecause == ["it is built upon point 5, which is held"])
    }

    /// Neither damage that was accepted nor old pages hide what the image before was held for.
    @Test("what is held for something else hides no gate", arguments: [true, false])
    func mixedHealth(isDamaged: Bool) throws {
        let nights = try Nights()
        try nights.pushEncrypted()
        let pages = Point.Hold.Reason(.olderPages, "2 pages are older")
        let second = try nights.shipment.push(
            try nights.shipment.image(try nights.shipment.restored(5)),
            health: isDamaged ? .damaged : .suspicious, isGated: true, suspicions: isDamaged ? [] : [pages])
        #expect(second.point.health == (isDamaged ? .damaged : .suspicious))
        #expect(second.heldBecause.first == "it is built upon point 5, which is held")
        let third = try nights.pushEncrypted()
        #expect(third.heldBecause == ["it is built upon point 6, which is held"])
        try nights.release(5)
        #expect(try (5...7).map { try nights.isGood($0) } == [true, false, true])
    }

    /// Old pages are a matter of the image that has them.
    @Test func oldPagesDoNotHoldTheNextNight() throws {
        let nights = try Nights()
        let pages = Point.Hold.Reason(.olderPages, "2 pages are older")
        let held = try nights.push(health: .suspicious, suspicions: [pages])
        #expect(held.heldBecause == ["2 pages are older"])
        #expect(try nights.push().point.health == .good)
    }

    @Test func logsOfAHeldFullFollowItsRelease() throws {
        let nights = try Nights()
        try nights.pushEncrypted()
        let full = try Repository(nights.shipment.store(), job: nights.shipment.job.name).point(5)
        let logs = try nights.shipment.push(
            try nights.shipment.image([1, 2, 3]), kind: .logs(of: full.point.imageDigest), isGated: true)
        #expect(logs.heldBecause == ["the full that it continues, point 5, is held"])
        #expect(try !nights.isGood(6))
        try nights.release(5)
        #expect(try nights.isGood(6))
        #expect(try nights.pushEncrypted().point.health == .good)
    }
}
