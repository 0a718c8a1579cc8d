import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// An error, an empty answer or a partial one at every listing and opening of forget and gc: nothing goes that should not.
@Suite struct ListingTests {
    /// Three points, the first of them perhaps pinned.
    private static func prepared(pinned: Bool) throws -> (disks: Disks, ledger: Ledger) {
        let hosts = try Hosts.fresh()
        let book = LedgerBook()
        let program = Program(hosts, book, seed: 1)
        try program.initialise()
        for image in Scenario.images { try program.push(image) }
        if pinned { try program.pin(1) }
        return (hosts.disks, book.ledger)
    }

    private static func generations(_ hosts: Hosts) throws -> [UInt64] {
        try Repository(Program.store(hosts.store, SeededEntropy(seed: 9)), job: Program.job.name)
            .generations()
    }

    /// - Returns: How many calls were answered wrongly, and after how many of them everything was still there.
    private static func loop(
        _ lie: LyingFiles.Lie, _ disks: Disks, _ ledger: Ledger, _ work: (Program) throws -> Void,
        look: (Hosts, String) throws -> Void
    ) throws -> Int {
        for call in 1... {
            let hosts = Hosts(disks)
            let book = LedgerBook(ledger)
            let files = LyingFiles(hosts.store, lie, at: call)
            try? work(Program(hosts, book, seed: 2, store: files))
            guard files.hasLied else { return call - 1 }
            do {
                try Survey.verify(hosts, book.ledger)
                try look(hosts, "\(lie) at call \(call)")
            } catch { Issue.record("\(lie) at call \(call): \(error)") }
        }
        return 0
    }

    @Test(arguments: LyingFiles.Lie.allCases) func whatIsPinnedStays(lie: LyingFiles.Lie) throws {
        let (disks, ledger) = try Self.prepared(pinned: true)
        let lies = try Self.loop(lie, disks, ledger) {
            try $0.forget(1, 2)
        } look: { hosts, place in
            let left = try Self.generations(hosts)
            #expect(left.contains(1), "\(place)")
        }
        #expect(lies > 5)
    }

    @Test(arguments: LyingFiles.Lie.allCases) func aCollectionTakesNothingThatIsNeeded(lie: LyingFiles.Lie)
        throws
    {
        let (disks, ledger) = try Self.prepared(pinned: false)
        let hosts = Hosts(disks)
        let book = LedgerBook(ledger)
        try Program(hosts, book, seed: 3).forget(1)
        // All that is dead goes for good at once, so that what is taken wrongly is lost.
        let lies = try Self.loop(lie, hosts.disks, book.ledger) {
            try $0.collect()
        } look: { hosts, place in
            let left = try Self.generations(hosts)
            #expect(left == [2, 3], "\(place)")
        }
        #expect(lies > 5)
    }

    @Test(arguments: LyingFiles.Lie.allCases) func rulesForgetNothingOverALie(lie: LyingFiles.Lie) throws {
        let (disks, ledger) = try Self.prepared(pinned: false)
        var forgotten = 0
        let lies = try Self.loop(lie, disks, ledger) {
            try $0.forgetOldest(keeping: 2)
        } look: { hosts, place in
            // At most the one that was to go: a lie that does not matter stops nobody.
            let left = try Self.generations(hosts)
            #expect(left == [1, 2, 3] || left == [2, 3], "\(place)")
            forgotten += left.count == 2 ? 1 : 0
        }
        #expect(lies > 5)
        print("\(lie): \(lies) lies, the one that was to go went after \(forgotten)")
    }
}
