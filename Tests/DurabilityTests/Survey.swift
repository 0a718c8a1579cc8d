import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport

/// What does not hold.
struct Violation: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Looks at what a crash has left: all that was acknowledged is there and exact, everything else whole or absent.
enum Survey {
    /// - Throws: The first thing that does not hold.
    static func verify(_ hosts: Hosts, _ ledger: Ledger) throws {
        try verifyStore(hosts.store, ledger)
        try verifyFiles(hosts.client, ledger)
    }

    private static func verifyStore(_ files: SimFS, _ ledger: Ledger) throws {
        let store = Program.store(files, SeededEntropy(seed: 0))
        defer { store.close() }
        let repository: Repository
        let generations: [UInt64]
        do {
            repository = try Repository(store, job: Program.job.name)
            generations = try repository.generations()
        } catch {
            guard ledger.isJobMade else { return }
            throw Violation("the store does not open: \(error)")
        }
        for generation in ledger.committed.keys.sorted()
        where !generations.contains(generation) && !ledger.forgetting.contains(generation) {
            throw Violation("point \(generation) was acknowledged and is lost")
        }
        for generation in generations {
            let bytes: [UInt8]
            do { bytes = try image(generation, repository, store) } catch {
                throw Violation("point \(generation) does not restore: \(error)")
            }
            let allowed = ledger.committed[generation].map { [$0] } ?? ledger.attempted
            guard allowed.contains(bytes) else { throw Violation("point \(generation) has other bytes") }
        }
        let gone = Set(1..<(generations.last ?? 0) + 1).subtracting(generations)
        guard gone.isSubset(of: ledger.forgetting) else {
            throw Violation("of the points \(generations) some are missing")
        }
        let request = CheckRequest(job: Program.job.name, generation: nil, level: .full, seed: 0)
        do {
            let report = try store.check(request) { _ in }
            guard report.damage.isEmpty, report.points == generations.count else {
                throw Violation("the check finds \(report.damage)")
            }
        } catch let error as StoreError {
            guard !ledger.isJobMade else { throw Violation("the check fails: \(error)") }
        }
    }

    private static func image(
        _ generation: UInt64, _ repository: Repository, _ store: LocalStoreService
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let rebuild = try ImageReader(
            try repository.point(generation).point, in: repository, state: nil, .memory)
        try rebuild.run({ _ in }) { (piece) throws(SyncError) in bytes.append(copying: piece) }
        return bytes
    }

    private static func verifyFiles(_ files: SimFS, _ ledger: Ledger) throws {
        let found = files.disk.contents
        for (path, bytes) in ledger.restoring {
            let there = found[path] ?? nil
            if ledger.restored.contains(path) {
                guard there == bytes else { throw Violation("\(path) was restored and is not what it was") }
                continue
            }
            if let there, there != bytes, ledger.before[path] != there,
                found[InPlaceRestore.marker(of: path)] == nil
            {
                throw Violation("\(path) is neither whole nor absent")
            }
        }
    }

    /// After a crash: what is there is right, the next run succeeds, and what it acknowledges survives another cut.
    ///
    /// - Returns: What that run did, for those who crash it again.
    @discardableResult
    static func follow(
        _ disks: Disks, _ ledger: Ledger, seed: UInt64, _ scenario: Scenario, recording: Bool = false
    ) throws -> [Moment] {
        let hosts = Hosts(disks)
        try verify(hosts, ledger)
        let book = LedgerBook(ledger)
        let recorder = recording ? Recorder(hosts, book) : nil
        do { try scenario.again(Program(hosts, book, seed: seed)) } catch {
            throw Violation("the next run fails: \(error)")
        }
        let moments = recorder?.end() ?? []
        if let finding = TraceLint.findings(in: hosts.store.trace).first { throw Violation(finding) }
        try verify(hosts, book.ledger)
        try verify(Hosts(hosts.disks.cut), book.ledger)
        return moments
    }
}
