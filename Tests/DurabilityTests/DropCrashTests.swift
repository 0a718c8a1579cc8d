import OffsiteStore
import Platform
import Synchronization
import TestSupport
import Testing

/// A drop is stopped at each of its calls: the job is whole or gone, the next drop removes what is left, and another job
/// never notices.
@Suite struct DropCrashTests {
    private static let other = Name.valid("mdb02")
    private static let job = Name.valid("mdb01")

    private static func disk() throws -> SimDisk {
        let files = SimFS()
        try files.makeFolder("/srv")
        for name in [job, other] {
            let fixture = try StoreFixture(
                on: Program.store(files, SeededEntropy(seed: 1)), seed: 1, job: name)
            for _ in 0..<2 { try fixture.addPoint(blocks: 8, changing: 3) }
            try fixture.store.close()
        }
        var disk = files.disk
        disk.syncAll()
        return disk
    }

    @discardableResult
    private static func drop(_ files: SimFS, seed: UInt64) throws(StoreError) -> DropReport {
        let store = Program.store(files, SeededEntropy(seed: seed))
        defer { store.close() }
        let report = try store.drop(DropRequest(job: job, maker: "test"))
        files.note(TraceLint.acknowledged)
        return report
    }

    private static func requireWhole(_ name: Name, _ store: LocalStoreService) throws {
        let request = CheckRequest(job: name, generation: nil, level: .full, seed: 0)
        let report = try store.check(request) { _ in }
        guard report.damage.isEmpty, report.points == 2 else {
            throw Violation("job \(name) is not whole: \(report.damage)")
        }
    }

    /// - Parameter mayReappear: A sync has failed, after which no later one proves anything.
    private static func follow(_ disk: SimDisk, mayReappear: Bool = false) throws {
        let files = SimFS(disk)
        let store = Program.store(files, SeededEntropy(seed: 8))
        try requireWhole(other, store)
        let isThere = try store.jobs().contains(job)
        if isThere { try requireWhole(job, store) }
        store.close()
        do throws(StoreError) { try drop(files, seed: 9) } catch {
            guard error.kind == .notFound, !isThere else { throw error }
        }
        if let finding = TraceLint.findings(in: files.trace).first { throw Violation(finding) }
        for left in [files.disk, files.disk.crashed(.everything, seed: 0)] {
            let files = SimFS(left)
            var names = try files.list(Program.root + "/jobs")
            if mayReappear, names.count > 1 {
                _ = try? drop(files, seed: 11)
                names = try files.list(Program.root + "/jobs")
            }
            guard names == [other.description] else { throw Violation("there is \(names)") }
            let store = Program.store(files, SeededEntropy(seed: 10))
            try requireWhole(other, store)
            store.close()
        }
    }

    @Test func killedOrWithoutPowerAtAnyCallItIsWholeOrGone() throws {
        let files = SimFS(try Self.disk())
        let moments = Mutex<[SimDisk]>([])
        files.observe { [weak files] in
            guard let files else { return }
            moments.withLock { $0.append(files.disk) }
        }
        #expect(try Self.drop(files, seed: 2).points == 2)
        var seen: Set<UInt64> = []
        for (number, disk) in (moments.withLock({ $0 }) + [files.disk]).enumerated() {
            let states =
                [disk] + LossModel.allCases.map { disk.crashed($0, seed: UInt64(number)) }
            for left in states where seen.insert(left.checkValue).inserted {
                do { try Self.follow(left) } catch { Issue.record("call \(number): \(error)") }
            }
        }
        #expect(seen.count > 20)
    }

    @Test func aFaultAtAnyCallLeavesItWholeOrGone() throws {
        let disk = try Self.disk()
        let kinds = Set(SimCall.Kind.allCases)
        var runs = 0
        for call in 1..<Int.max {
            let files = SimFS(disk, fault: SimFault(.error(5), at: call, of: kinds))
            _ = try? Self.drop(files, seed: 2)
            guard files.hits > 0 else { break }
            runs += 1
            do { try Self.follow(files.disk, mayReappear: true) } catch {
                Issue.record("call \(call): \(error)")
            }
        }
        #expect(runs > 20)
    }
}
