import OffsiteStore
import Platform
import StoreFormat
import Synchronization
import TestSupport
import Testing

/// A copy is stopped at each of its calls: what is there is whole, the next copy brings the rest, and what that
/// acknowledges survives a power cut.
@Suite struct CopyCrashTests {
    /// What is at the destination before the copy.
    enum Start: CaseIterable, Sendable { case nothing, thinned }

    /// Everyday runs look at some of the states, `script/torture` at all.
    private static let stride = CrashTests.torture > 0 ? 1 : 23

    private struct Course {
        let near: SimDisk
        let far: SimDisk
        let job: Name
        let images: [Digest256: [UInt8]]

        init(_ start: Start) throws {
            let source = try Self.host()
            let destination = try Self.host()
            let fixture = try StoreFixture(on: Program.store(source, SeededEntropy(seed: 1)), seed: 1)
            fixture.intervalSeconds = 3_600
            job = fixture.job.name
            // With the fourth maps are merged, and only then is something dead.
            for _ in 0..<(start == .thinned ? 4 : 3) { try fixture.addPoint(blocks: 12, changing: 4) }
            if start == .thinned {
                let far = Program.store(destination, SeededEntropy(seed: 2))
                try Self.copy(.newest(1), job, from: fixture.store, to: far)
                var collecting = CollectRequest(job: job, maker: "test")
                (collecting.graceSeconds, collecting.wastePercent) = (0, 0)
                _ = try far.collect(collecting)
                far.close()
                try fixture.addPoint(blocks: 12, changing: 4)
                // The first image again: it needs what was just taken away.
                var again = try fixture.next()
                again.point.segments = fixture.points[0].point.segments
                again.point.imageDigest = fixture.points[0].point.imageDigest
                again.image = fixture.images[0]
                again.packs = []
                try fixture.commit(again)
            }
            let copied = start == .thinned ? [0, 3, 4] : [0, 1, 2]
            images = Dictionary(
                uniqueKeysWithValues: copied.map {
                    (fixture.points[$0].point.imageDigest, fixture.images[$0])
                })
            let disks = Disks(client: source.disk, store: destination.disk).synced
            (near, far) = (disks.client, disks.store)
        }

        private static func host() throws -> SimFS {
            let files = SimFS()
            try files.makeFolder("/srv")
            return files
        }

        @discardableResult
        private static func copy(
            _ selection: CopyPlan.Selection, _ job: Name, from near: any ObjectStore, to far: any ObjectStore
        ) throws -> CopyReport {
            var copy = try StoreCopy(selection, from: try Repository(near, job: job), to: far)
            let made = StoreObject(id: Identifier(high: 7, low: 8), created: FixedClock().now)
            return try copy.run(makingStore: made, holder: "test") { _ in }
        }

        @discardableResult
        func copy(from source: SimFS? = nil, to files: SimFS, seed: UInt64) throws -> CopyReport {
            let near = Program.store(source ?? SimFS(near), SeededEntropy(seed: 9))
            let far = Program.store(files, SeededEntropy(seed: seed))
            defer {
                near.close()
                far.close()
            }
            let report = try Self.copy(.all, job, from: near, to: far)
            files.note(TraceLint.acknowledged)
            return report
        }

        /// - Parameter isDone: Whether a copy has ended well.
        func verify(_ disk: SimDisk, isDone: Bool) throws {
            let store = Program.store(SimFS(disk), SeededEntropy(seed: 0))
            defer { store.close() }
            let repository: Repository
            do throws(StoreError) { repository = try Repository(store, job: job) } catch {
                guard error.kind == .notFound, !isDone else { throw error }
                return
            }
            var found: Set<Digest256> = []
            for generation in try repository.generations() {
                let digest = try repository.point(generation).point.imageDigest
                found.insert(digest)
                guard try StoreFixture.rebuild(generation, from: store, job: job) == images[digest] else {
                    throw Violation("point \(generation) has other bytes")
                }
            }
            guard !isDone || found == Set(images.keys) else { throw Violation("points are missing") }
            let report = try store.check(
                CheckRequest(job: job, generation: nil, level: .full, seed: 0)
            ) { _ in }
            guard report.damage.isEmpty else { throw Violation("the check finds \(report.damage)") }
        }

        /// What is left is whole, and the next copy brings the rest for good.
        ///
        /// - Parameter mayLack: A point was left out before; it is older than the newest there now.
        func follow(_ disk: SimDisk, mayLack: Bool = false) throws {
            try verify(disk, isDone: false)
            let files = SimFS(disk)
            try copy(to: files, seed: 3)
            if let finding = TraceLint.findings(in: files.trace).first { throw Violation(finding) }
            try verify(files.disk, isDone: !mayLack)
            try verify(files.disk.crashed(.everything, seed: 0), isDone: !mayLack)
        }
    }

    @Test(arguments: Start.allCases)
    func killedOrWithoutPowerAtAnyCallItGoesOn(start: Start) throws {
        let course = try Course(start)
        let files = SimFS(course.far)
        let moments = Mutex<[SimDisk]>([])
        files.observe { [weak files] in
            guard let files else { return }
            moments.withLock { $0.append(files.disk) }
        }
        let report = try course.copy(to: files, seed: 2)
        #expect(report.copied.count == (start == .nothing ? 3 : 2))
        #expect((report.frames > 0) == (start == .thinned))
        var seen: Set<UInt64> = []
        var states = 0
        for (number, disk) in moments.withLock({ $0 }).enumerated() {
            for (model, left) in [(nil, disk)]
                + LossModel.allCases.map({ (Optional($0), disk.crashed($0, seed: UInt64(number))) })
            {
                states += 1
                guard states % Self.stride == 0, model == nil || seen.insert(left.checkValue).inserted else {
                    continue
                }
                do { try course.follow(left) } catch {
                    Issue.record("call \(number), \(model.map { "\($0)" } ?? "killed"): \(error)")
                }
            }
        }
        if CrashTests.torture > 0 { print("copy upon \(start): \(states) states") }
    }

    @Test(arguments: Start.allCases, [false, true])
    func aFaultOfEitherDiskMakesNoWrongPoint(start: Start, ofSource: Bool) throws {
        let course = try Course(start)
        let kinds = Set(SimCall.Kind.allCases)
        var runs = 0
        for call in Swift.stride(from: 1, to: Int.max, by: Self.stride) {
            let fault = SimFault(.error(5), at: call, of: kinds)
            let source = SimFS(course.near, fault: ofSource ? fault : nil)
            let files = SimFS(course.far, fault: ofSource ? nil : fault)
            let report = try? course.copy(from: source, to: files, seed: 2)
            guard source.hits + files.hits > 0 else { break }
            runs += 1
            // What a source could not read once it may have lost.
            let mayLack = report?.damaged.isEmpty == false
            #expect(!mayLack || ofSource)
            do { try course.follow(files.disk, mayLack: mayLack) } catch {
                Issue.record("call \(call): \(error)")
            }
        }
        #expect(runs > 5)
        if CrashTests.torture > 0 {
            print("copy upon \(start), \(ofSource ? "source" : "destination"): \(runs) calls failed")
        }
    }
}
