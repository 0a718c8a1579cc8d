import DeltaSync
import OffsiteStore
import Platform
import Restore
import StoreAgent
import StoreFormat
import TestSupport
import Testing

/// Pushes that are cut, and the ones that go on.
@Suite struct ResumeTests {
    /// The folder of a shipment behind an agent, whose connection breaks after so many bytes.
    private func store(_ shipment: Shipment, seed: UInt64, cut: PipeTransport.Cut? = nil) throws -> AgentStore
    {
        try AgentStore(
            over: try PipeTransport(serving: shipment.folder.path + "/store", seed: seed, cut: cut),
            label: "agent", dialect: Dialect(toolVersion: "1.0-near"), runID: "run-\(seed)")
    }

    private func random(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return generator.bytes(count)
    }

    @discardableResult private func push(
        _ image: ShippedImage, _ shipment: Shipment, seed: UInt64, cut: Int? = nil,
        _ direction: PipeTransport.Cut.Direction = .toAgent
    ) throws -> (result: PushResult, sentBytes: Int) {
        let store = try store(shipment, seed: seed, cut: cut.map { .init(direction, after: $0) })
        let result = try shipment.push(image, to: store, packBytes: 1)
        return (result, store.traffic.sentBytes)
    }

    private func generations(_ shipment: Shipment) throws -> [UInt64] {
        try Repository(shipment.store(), job: shipment.job.name).generations()
    }

    @Test("after a cut at most one pack is sent again, and the point is whole", arguments: [3, 6, 11])
    func resumes(megabytes: Int) throws {
        let shipment = try Shipment()
        let bytes = random(12 << 20)
        let image = try shipment.image(bytes)
        #expect(throws: SyncError.self) {
            try push(image, shipment, seed: 1, cut: megabytes << 20)
        }
        #expect(try generations(shipment) == [])
        let (result, sentBytes) = try push(image, shipment, seed: 2)
        #expect(result.resumedBytes > (megabytes - 2) << 20)
        #expect(sentBytes + result.resumedBytes < 13 << 20)
        #expect(try shipment.restored(1) == bytes)
        let report = try shipment.store().check(
            CheckRequest(job: shipment.job.name, generation: nil, level: .full, seed: 1)
        ) { _ in }
        #expect(report.isGood)
    }

    @Test("twenty cuts cost one clean push and a pack each")
    func manyCuts() throws {
        let shipment = try Shipment()
        let bytes = random(24 << 20)
        let image = try shipment.image(bytes)
        var sent = 0
        var attempts: UInt64 = 0
        var generator = SeededGenerator(seed: 7)
        while attempts < 20 {
            attempts += 1
            let cut = (1 << 20) + Int.random(in: 0..<1 << 20, using: &generator)
            let store = try store(shipment, seed: attempts, cut: .init(.toAgent, after: cut))
            if (try? shipment.push(image, to: store, packBytes: 1)) != nil { break }
            sent += store.traffic.sentBytes
        }
        let (result, last) = try push(image, shipment, seed: 99)
        sent += last
        #expect(sent < (24 << 20) * 105 / 100 + Int(attempts) * (1 << 20 + 64 << 10))
        #expect(result.resumedBytes > 0)
        #expect(try shipment.restored(1) == bytes)
    }

    @Test("a later image takes over what it has in common with the one that was cut")
    func laterImage() throws {
        let shipment = try Shipment()
        var bytes = random(12 << 20)
        #expect(throws: SyncError.self) {
            try push(try shipment.image(bytes), shipment, seed: 1, cut: 8 << 20)
        }
        for block in [3, 700, 2000] { bytes[block * 4096 + 17] ^= 0x55 }
        let (result, sentBytes) = try push(try shipment.image(bytes), shipment, seed: 2)
        #expect(result.resumedBytes > 6 << 20)
        #expect(sentBytes < 6 << 20)
        #expect(try shipment.restored(1) == bytes)
    }

    @Test("deltas are taken over, too, while the base stays the same")
    func deltas() throws {
        let shipment = try Shipment()
        var bytes = random(16 << 20)
        let first = try shipment.image(bytes)
        try push(first, shipment, seed: 1)
        for block in 0..<4096 {
            let start = block * 4096
            bytes.replaceSubrange(start..<start + 512, with: random(512, seed: UInt64(block + 9)))
        }
        let image = try shipment.image(bytes)
        #expect(throws: SyncError.self) { try push(image, shipment, seed: 2, cut: 2 << 20) }
        let (result, sentBytes) = try push(image, shipment, seed: 3)
        #expect(result.resumedBytes > 800_000)
        #expect(sentBytes < 2 << 20)
        #expect(try shipment.restored(2) == bytes)
        #expect(try shipment.restored(1) == shipment.bytes(of: first))
    }

    @Test("a pack that is gone is sent again")
    func missingPack() throws {
        let shipment = try Shipment()
        let bytes = random(12 << 20)
        let image = try shipment.image(bytes)
        #expect(throws: SyncError.self) { try push(image, shipment, seed: 1, cut: 8 << 20) }
        let packs = try shipment.store().list(.pack, job: shipment.job.name)
        let files = shipment.files
        try files.remove(shipment.folder.path + "/store/" + packs[0].key.path)
        let (result, _) = try push(image, shipment, seed: 2)
        #expect(result.resumedBytes == packs.dropFirst().reduce(0) { $0 + $1.length })
        #expect(try shipment.restored(1) == bytes)
    }

    @Test("an answer to the commit that is lost is no second point")
    func lostAnswer() throws {
        let bytes = random(100_000)
        // The receipt is the last answer: everything before it arrives.
        let whole = try Shipment()
        let clean = try store(whole, seed: 1)
        try whole.push(try whole.image(bytes), to: clean)
        let received = clean.traffic.receivedBytes
        var lost = 0
        for missing in stride(from: 1, to: 200, by: 9) {
            let other = try Shipment()
            let image = try other.image(bytes)
            let cut = PipeTransport.Cut(.fromAgent, after: received - missing)
            let result = Result { try other.push(image, to: try store(other, seed: 1, cut: cut)) }
            guard case .failure = result, try generations(other) == [1] else { continue }
            lost += 1
            let again = try push(image, other, seed: 2).result
            #expect(again.point.generation == 1)
            #expect(again.resumedBytes == 0)
            #expect(try generations(other) == [1])
            // What is shipped after that follows it.
            #expect(
                try push(try other.image(random(100_000, seed: 5)), other, seed: 3).result.point.generation
                    == 2)
        }
        #expect(lost > 0)
    }

    @Test("a torn or damaged journal costs time only", arguments: 0..<8)
    func damagedJournal(seed: Int) throws {
        let shipment = try Shipment()
        let bytes = random(6 << 20)
        let image = try shipment.image(bytes)
        #expect(throws: SyncError.self) { try push(image, shipment, seed: 1, cut: 4 << 20) }
        let path = shipment.folder.path + "/state/\(shipment.job.name)/shipped/\(shipment.target)"
        var journal = try shipment.files.contents(path, limit: 1 << 24)
        var generator = SeededGenerator(seed: UInt64(seed))
        let place = Int.random(in: 0..<journal.count, using: &generator)
        if seed % 2 == 0 {
            journal[place] ^= 1 << UInt8(seed % 8)
        } else {
            journal.removeLast(journal.count - place)
        }
        let file = try shipment.files.open(path, .update)
        try file.truncate(to: 0)
        try file.write(journal.span, at: 0)
        try push(image, shipment, seed: 2)
        #expect(try shipment.restored(1) == bytes)
        #expect(try shipment.files.status(path) == nil)
    }

    @Test("what was made against a base that has been damaged since is not taken over")
    func damagedSince() throws {
        let shipment = try Shipment()
        var bytes = random(6 << 20)
        _ = try push(try shipment.image(bytes), shipment, seed: 1)
        let packs = try shipment.store().list(.pack, job: shipment.job.name)
        for block in 0..<1536 {
            bytes.replaceSubrange(
                block * 4096..<block * 4096 + 1500, with: random(1500, seed: UInt64(block + 9)))
        }
        let image = try shipment.image(bytes)
        #expect(throws: SyncError.self) { try push(image, shipment, seed: 2, cut: 1700 << 10) }
        #expect(try shipment.store().list(.pack, job: shipment.job.name).count > packs.count)
        for pack in packs.prefix(2) { try shipment.files.remove(shipment.path(pack.key)) }
        let (result, _) = try push(image, shipment, seed: 3)
        #expect(result.resumedBytes == 0)
        #expect(try #require(result.baseDamage).lostBytes > 1 << 20)
        #expect(try shipment.restored(2) == bytes)
        #expect(try shipment.check(.full, 2).isGood)
    }

    @Test("a push that ships what was lost is gone on with as well")
    func cutWhileMending() throws {
        let shipment = try Shipment()
        let bytes = random(8 << 20)
        let image = try shipment.image(bytes)
        _ = try push(image, shipment, seed: 1)
        let packs = try shipment.store().list(.pack, job: shipment.job.name)
        for pack in packs.prefix(6) { try shipment.files.remove(shipment.path(pack.key)) }
        #expect(throws: SyncError.self) { try push(image, shipment, seed: 2, cut: 4 << 20) }
        let (result, sentBytes) = try push(image, shipment, seed: 3)
        #expect(result.resumedBytes > 2 << 20)
        #expect(sentBytes < 4 << 20)
        #expect(try #require(result.baseDamage).points == [1])
        #expect(try shipment.restored(2) == bytes)
        #expect(try shipment.check(.full, 2).isGood)
    }
}
