import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import TestSupport
import Testing

@Suite struct CommitConformanceTests {
    @Test(arguments: StoreKind.allCases)
    func aReceiptSaysWhenAndWhat(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 1)
        let stored = try fixture.addPoint()
        #expect(stored.receipt.received == FixedClock().now)
        #expect(stored.point.id == "1-20261122T020004Z")
        let reader = try Repository(fixture.store, job: mdb01)
        #expect(try reader.head() == stored)
        #expect(try reader.latest() == stored)
        #expect(try folder.temporaryNames() == [])
    }

    @Test func anAgentWritesDownWhoCommitted() throws {
        let folder = try TemporaryFolder()
        let maker = try #require(Maker("db01"))
        let store = try AgentStore(
            over: try PipeTransport(serving: folder.storePath, maker: maker), label: "vault",
            dialect: Dialect(toolVersion: "1.0-near"), runID: "run-1")
        let fixture = try StoreFixture(on: store, seed: 1)
        let stored = try fixture.addPoint()
        #expect(stored.receipt.maker == maker)
        #expect(try folder.directoryStore(seed: 2).length(of: .point(mdb01, 1)) ?? 0 > 88)
        let repository = try Repository(store, job: mdb01)
        let note = Note(NoteID(.pinned, 1), point: stored.reference, made: FixedClock().now, maker: "said")
        #expect(try repository.publish(note).maker == maker)
        #expect(try Repository(store, job: mdb01).notes().all(.pinned).map(\.maker) == [maker])
    }

    // Goal of this test: nobody is somebody else by saying so.
    @Test(arguments: [nil, Maker("copier")])
    func anAgentTakesNobodysWordForWhoMadeAPoint(maker: Maker?) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try folder.directoryStore(), seed: 1)
        let shipment = try fixture.next()
        try fixture.upload(shipment)
        let agent = try AgentStore(
            over: try PipeTransport(serving: folder.storePath, maker: maker), label: "vault",
            dialect: Dialect(toolVersion: "1.0-near"), runID: "run-1")
        let bytes = shipment.point.encoded(job: fixture.job.id, store: fixture.storeID)
        try agent.lockForPush(mdb01, holder: "test")
        let receipt = try agent.commit(bytes, generation: 1, job: mdb01, madeBy: Maker("db01"))
        #expect(receipt.maker == maker)
    }

    /// Tries a changed copy of the next point; the good one must still be accepted afterwards.
    private func refusal(
        _ kind: StoreKind, generation: UInt64? = nil, _ change: (inout Point) -> Void
    ) throws -> StoreError? {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 2)
        try fixture.addPoint()
        try fixture.store.lockForPush(mdb01, holder: "test")
        let shipment = try fixture.next()
        try fixture.upload(shipment)
        var point = shipment.point
        change(&point)
        let bytes = point.encoded(job: fixture.job.id, store: fixture.storeID)
        let error = #expect(throws: StoreError.self) {
            try fixture.store.commit(bytes, generation: generation ?? point.generation, job: mdb01)
        }
        #expect(try fixture.store.list(.point, job: mdb01).count == 1)
        #expect(try folder.temporaryNames() == [])
        #expect(try fixture.commit(shipment).point.generation == 2)
        return error
    }

    @Test(arguments: StoreKind.allCases)
    func aGenerationThatIsTakenIsRefused(kind: StoreKind) throws {
        let error = try refusal(kind) {
            $0.generation = 1
            $0.parent = nil
        }
        #expect(error?.kind == .exists)
        #expect(error?.detail == "another run has committed a point meanwhile")
        #expect(error?.subject == "jobs/mdb01/points/0000000000000001.point")
    }

    @Test(arguments: StoreKind.allCases)
    func aGenerationIsNotSkipped(kind: StoreKind) throws {
        #expect(try refusal(kind) { $0.generation = 3 }?.kind == .exists)
    }

    @Test(arguments: StoreKind.allCases)
    func thePointMustSayTheGenerationItGets(kind: StoreKind) throws {
        let error = try refusal(kind, generation: 2) { $0.generation = 3 }
        #expect(error?.detail == "the point says generation 3")
    }

    @Test(arguments: StoreKind.allCases)
    func theParentMustBeTheNewestPoint(kind: StoreKind) throws {
        #expect(try refusal(kind) { $0.parent = nil }?.detail == "its parent is not generation 1")
        let digest = digest(of: [])
        let error = try refusal(kind) { $0.parent = Point.Reference(generation: 1, digest: digest) }
        #expect(error?.detail == "its parent's digest is not that of generation 1")
    }

    @Test(arguments: StoreKind.allCases)
    func theFullOfALogPointMustBeThere(kind: StoreKind) throws {
        let digest = digest(of: [])
        let error = try refusal(kind) {
            $0.kind = .logs
            $0.full = Point.Reference(generation: 1, digest: digest)
        }
        #expect(error?.kind == .corrupt)
        #expect(error?.detail == "its full's digest is not that of generation 1")
    }

    @Test(arguments: StoreKind.allCases)
    func aLogPointContinuesNoOtherLogPoint(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 3)
        let full = try fixture.addPoint()
        try fixture.store.lockForPush(mdb01, holder: "test")
        func commit(on reference: Point.Reference, after parent: Point.Reference) throws -> Receipt {
            let shipment = try fixture.next()
            try fixture.upload(shipment)
            var point = shipment.point
            point.generation = parent.generation + 1
            point.parent = parent
            point.kind = .logs
            point.full = reference
            return try fixture.store.commit(
                point.encoded(job: fixture.job.id, store: fixture.storeID), generation: point.generation,
                job: mdb01)
        }
        let logs = try commit(on: full.reference, after: full.reference)
        let newest = Point.Reference(generation: 2, digest: logs.object)
        let error = #expect(throws: StoreError.self) {
            try commit(on: newest, after: newest)
        }
        #expect(error?.detail == "generation 2 is no full")
        let repository = try Repository(fixture.store, job: mdb01)
        #expect(try repository.full(of: repository.point(2).point) == full)
        #expect(try repository.full(of: full.point) == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func everyMapSegmentMustBeThereWithItsLength(kind: StoreKind) throws {
        let absent = digest(of: [9])
        let error = try refusal(kind) { $0.segments.append(Point.Segment(name: absent, length: 5)) }
        #expect(error?.kind == .refused)
        #expect(error?.detail == "map segment \(absent) is not there")
        let wrong = try refusal(kind) {
            $0.segments[0] = Point.Segment(name: $0.segments[0].name, length: $0.segments[0].length + 1)
        }
        #expect(wrong?.kind == .refused)
    }

    @Test(arguments: StoreKind.allCases)
    func aPointOfAnotherStoreOrJobIsRefused(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 3)
        try fixture.store.lockForPush(mdb01, holder: "test")
        let shipment = try fixture.next()
        try fixture.upload(shipment)
        for (job, store) in [(Identifier.zero, fixture.storeID), (fixture.job.id, Identifier.zero)] {
            let error = #expect(throws: StoreError.self) {
                try fixture.store.commit(
                    shipment.point.encoded(job: job, store: store), generation: 1, job: mdb01)
            }
            #expect(error?.kind == .corrupt)
        }
        #expect(try fixture.store.list(.point, job: mdb01) == [])
    }

    @Test(arguments: StoreKind.allCases)
    func bytesThatAreNoPointAreRefused(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 3)
        try fixture.store.lockForPush(mdb01, holder: "test")
        for bytes in [[], [1, 2, 3], [UInt8](repeating: 0, count: 3 << 20)] {
            let error = #expect(throws: StoreError.self) {
                try fixture.store.commit(bytes, generation: 1, job: mdb01)
            }
            #expect(error?.kind == .corrupt)
        }
        #expect(try folder.temporaryNames() == [])
    }

    @Test(arguments: StoreKind.allCases)
    func theSecondOfTwoRunsLoses(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let first = try StoreFixture(on: try kind.open(folder), seed: 4)
        let second = try StoreFixture(on: try kind.open(folder, seed: 2), seed: 4)
        let loser = try second.next(changing: 3)
        try second.upload(loser)
        try first.addPoint()
        let error = #expect(throws: StoreError.self) { try second.commit(loser) }
        #expect(error?.kind == .exists)
        #expect(error?.hint == "run it again: it will build on that point")
        #expect(try first.store.list(.point, job: mdb01).count == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func aPointNamedByTheLargestNumberDoesNotTrap(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 5)
        try fixture.store.lockForPush(mdb01, holder: "test")
        try fixture.addPoint()
        try folder.put(.point(mdb01, .max), [])
        let error = #expect(throws: StoreError.self) { try fixture.addPoint() }
        #expect(error?.kind == .exists)
        let request = CheckRequest(job: mdb01, generation: 1, level: .full, seed: 0)
        #expect(try fixture.store.check(request) { _ in }.isGood)
    }
}
