import OffsiteStore
import Platform
import Restore
import Synchronization
import TestSupport

/// Two who push, one who forgets and collects, one who verifies, one who restores and one who copies to another site: all at once over one store, each of them killed now and then.
struct Crowd {
    private let seed: UInt64
    private let hosts: Hosts
    /// The other site's disk.
    private let far: SimFS
    private let book: LedgerBook
    private let findings = Findings()
    private(set) var turns = 0
    private(set) var kills = 0
    private(set) var committed = 0
    private(set) var forgotten = 0

    private final class Findings: Sendable {
        private let texts = Mutex<[String]>([])
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var all: [String] { texts.withLock { $0 } }
    }

    /// What a program does, again and again.
    private typealias Task = @Sendable (Program, Int) throws -> Void

    /// A store with three points.
    init(seed: UInt64) throws {
        self.seed = seed
        hosts = try Hosts.fresh()
        far = try Hosts.fresh().store
        book = LedgerBook()
        let program = Program(hosts, book, seed: seed)
        try program.initialise()
        for image in Scenario.images { try program.push(image) }
    }

    /// - Returns: What does not hold.
    mutating func run() throws -> [String] {
        var generator = SeededGenerator(seed: seed)
        let other = try Hosts.fresh()
        let tasks: [(hosts: Hosts, rounds: Int, task: Task)] = [
            (hosts, 3, { program, round in try program.push(Scenario.images[round % 3]) }),
            (
                Hosts(client: other.client, store: hosts.store), 2,
                { program, round in try program.push(Scenario.images[(round + 1) % 3]) }
            ),
            (
                hosts, 3,
                { program, _ in
                    try? program.forgetOldest(keeping: 2)
                    try program.collect()
                }
            ),
            (hosts, 3, { program, _ in try program.verify() }),
            (hosts, 3, { program, round in try program.restoreAny(UInt64(round)) }),
            (hosts, 2, { [far] program, _ in try program.copy(to: far) }),
        ]
        let turns = Turns(seed: generator.next(), programs: tasks.count)
        var programs: [@Sendable () -> Void] = []
        for (number, actor) in tasks.enumerated() {
            // Every other life ends by itself.
            let lives = (0..<actor.rounds).map { _ in
                Bool.random(using: &generator) ? Int.random(in: 1..<120, using: &generator) : nil
            }
            let (book, findings, seed) = (book, findings, seed)
            kills += lives.count { $0 != nil }
            programs.append {
                for (round, calls) in lives.enumerated() {
                    let life = Life(calls: calls) { turns.wait(number) }
                    let program = Program(
                        actor.hosts, book, seed: seed &* 100 &+ UInt64(number * 10 + round),
                        client: MortalFiles(actor.hosts.client, Life(calls: nil) {}),
                        store: MortalFiles(actor.hosts.store, life))
                    do { try actor.task(program, round) } catch {
                        if !life.isKilled, !Self.isExpected(error) {
                            findings.add("program \(number), round \(round): \(error)")
                        }
                    }
                }
            }
        }
        turns.run(programs)
        self.turns = turns.count
        committed = book.ledger.committed.count
        forgotten = book.ledger.forgetting.count
        do {
            try Survey.verify(hosts, book.ledger)
            // And whoever comes next finds a store that can be used.
            try Program(hosts, book, seed: seed &+ 7).collect()
            try Program(hosts, book, seed: seed &+ 8).push(Scenario.images[0])
            try Survey.verify(hosts, book.ledger)
            try Program(hosts, book, seed: seed &+ 9).copy(to: far)
            try Program(Hosts(client: hosts.client, store: far), book, seed: seed &+ 10).verify()
        } catch { findings.add("in the end: \(error)") }
        return findings.all
    }

    /// Somebody else is at work, or was faster.
    private static func isExpected(_ error: any Error) -> Bool {
        let kinds: [StoreError.Kind] = [.locked, .exists, .refused, .notFound]
        switch error {
        case let error as StoreError: return kinds.contains(error.kind)
        case SyncError.store(let error): return kinds.contains(error.kind)
        default: return false
        }
    }
}
