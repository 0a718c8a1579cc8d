import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// A store with points of seeded bytes, and an empty folder they are copied to.
final class CopyPair {
    let near: TemporaryFolder
    let far: TemporaryFolder
    let fixture: StoreFixture
    let source: any ObjectStore
    private let kind: StoreKind
    private var sessions: UInt64 = 100

    init(_ kind: StoreKind = .folder, points: Int = 3, seed: UInt64 = 31) throws {
        self.kind = kind
        near = try TemporaryFolder()
        far = try TemporaryFolder()
        fixture = try StoreFixture(on: try kind.open(near), seed: seed)
        fixture.intervalSeconds = 3_600
        source = fixture.store
        for _ in 0..<points { try fixture.addPoint() }
    }

    /// A new session with the other store.
    func destination() throws -> any ObjectStore {
        sessions += 1
        return try kind.open(far, seed: sessions)
    }

    static let farObject = StoreObject(
        id: Identifier(high: 7, low: 8), created: Timestamp(seconds: 1_795_400_000))

    @discardableResult func copy(
        _ selection: CopyPlan.Selection = .all, to store: (any ObjectStore)? = nil,
        progress: (CopyProgress) throws(StoreError) -> Void = { _ in }
    ) throws(StoreError) -> CopyReport {
        let destination: any ObjectStore
        do { destination = try store ?? self.destination() } catch {
            throw StoreError(.failed, "open", "store", "\(error)")
        }
        var copy = try StoreCopy(
            selection, from: try Repository(source, job: mdb01), to: destination)
        return try copy.run(makingStore: Self.farObject, holder: "copy test", progress: progress)
    }

    /// Expects that the other store is whole and has these images, the oldest first.
    ///
    /// - Parameter generations: Of them; from 1 on when nothing was forgotten.
    func expectCopied(
        _ images: [Int], as generations: [UInt64]? = nil, at location: SourceLocation = #_sourceLocation
    ) throws {
        let store = try destination()
        let repository = try Repository(store, job: mdb01)
        let generations = generations ?? images.indices.map { UInt64($0 + 1) }
        #expect(try repository.generations() == generations, sourceLocation: location)
        for (generation, number) in zip(generations, images) {
            let found = try StoreFixture.rebuild(generation, from: store, job: mdb01)
            #expect(found == fixture.images[number], "image \(number)", sourceLocation: location)
        }
        let request = CheckRequest(job: mdb01, generation: nil, level: .full, seed: 1)
        let report = try store.check(request) { _ in }
        #expect(report.damage == [], sourceLocation: location)
        #expect(report.points == images.count, sourceLocation: location)
    }

    /// Forgets all other points of a store, and collects at once whatever is dead then.
    @discardableResult
    func thin(_ store: any ObjectStore, keeping kept: Set<UInt64>) throws -> CollectReport {
        let repository = try Repository(store, job: mdb01)
        let items = try repository.generations().filter { !kept.contains($0) }.map {
            ForgetRequest.Item(generation: $0, digest: try repository.point($0).digest, reason: "test")
        }
        var forgetting = ForgetRequest(job: mdb01, items: items, maker: "test")
        // The clock of these stores stands still.
        forgetting.trustsClock = true
        forgetting.mayTakeMany = true
        #expect(try store.forget(forgetting).forgotten == items.map(\.generation))
        var collecting = CollectRequest(job: mdb01, maker: "test")
        collecting.graceSeconds = 0
        collecting.wastePercent = 0
        return try store.collect(collecting)
    }

    /// The same of the other store.
    func thinFar(keeping kept: Set<UInt64>) throws {
        let store = try destination()
        try thin(store, keeping: kept)
        try store.close()
    }

    /// Commits an older image anew.
    func addAgain(_ number: Int) throws {
        var shipment = try fixture.next()
        shipment.point.segments = fixture.points[number].point.segments
        shipment.point.imageDigest = fixture.points[number].point.imageDigest
        shipment.image = fixture.images[number]
        shipment.packs = []
        try fixture.commit(shipment)
    }

    /// Bytes of the packs that a point brought.
    func packBytes(_ number: Int) throws -> Int {
        try fixture.packs[number].reduce(0) { $0 + (try source.length(of: .pack(mdb01, $1)) ?? 0) }
    }
}
