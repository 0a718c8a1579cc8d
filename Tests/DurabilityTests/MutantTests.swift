import Platform
import TestSupport
import Testing

/// The loops that find nothing in the product find each of these: they can see.
@Suite struct MutantTests {
    /// What finds a mutation.
    enum Finder: Sendable { case crashes, trace, faults, race }

    private static func table(
        _ parts: [String], _ make: (String) -> Mutation, _ finder: Finder = .crashes
    ) -> [(Mutation, Finder)] { parts.map { (make($0), finder) } }

    private static let objects = ["/packs/", "/maps/", "/index/", "/points/", "/mdb01/job", "/STORE"]

    static let ofStore: [(Mutation, Finder)] =
        table(objects) { .noSync(of: $0) } + table(objects) { .earlySync(of: $0) }
        + table(objects) { .lateSync(of: $0) }
        + table(["/packs/", "/packs", "/maps", "/points", "/mdb01", "/jobs", "/store", "/backup", "/srv"]) {
            .noFolderSync(of: $0)
        }
        + table(["/points", "/maps", "/packs"]) { .parentSync(of: $0) }
        + [(.lateName(of: "/packs/"), .crashes)]
        // The footers of the packs make good for an index that is not there.
        + [(.noFolderSync(of: "/index"), .trace)]
        + [(.replaces("/points/"), .race), (.noLock, .race)]
        + [
            (.syncsAgain, .faults), (.ignoresSyncFailure, .faults), (.ignoresFolderSyncFailure, .faults),
            (.ignoresWriteFailure, .faults),
        ]

    @Test(arguments: ofStore) func aMutationOfTheStoreIsFound(mutation: Mutation, finder: Finder) throws {
        func mutate(_ files: SimFS) -> any FileSystem { MutantFiles(files, mutation) }
        switch finder {
        case .crashes:
            var campaign = CrashCampaign(seed: 1)
            campaign.mutate = { ($0.client, MutantFiles($0.store, mutation)) }
            try campaign.search(.first, .store)
            #expect(campaign.findings != [])
        case .trace:
            let hosts = try Hosts.fresh()
            try Scenario.first.steps(Program(hosts, LedgerBook(), seed: 2, store: mutate(hosts.store)))
            #expect(TraceLint.findings(in: hosts.store.trace) != [])
        case .faults:
            let loop = mutation == .ignoresWriteFailure ? FaultLoop.writes : .syncs
            #expect(try loop.run(.first, on: .store, mutate: mutate).findings != [])
        case .race:
            let isFound =
                if mutation == .noLock {
                    try !RaceTests.locksExclude(mutate)
                } else {
                    try !RaceTests.commitsAtOnce(mutate)
                }
            #expect(isFound)
        }
    }

    @Test(
        arguments: table(["/db"]) { .noSync(of: $0) } + table(["/db"]) { .earlySync(of: $0) }
            + table(["/home"]) { .noFolderSync(of: $0) })
    func aMutationOfARestoreIsFound(mutation: Mutation, finder: Finder) throws {
        var campaign = CrashCampaign(seed: 1)
        campaign.mutate = { (MutantFiles($0.client, mutation), $0.store) }
        try campaign.search(.restore, .client)
        #expect(campaign.findings != [])
    }

    /// What this host remembers may be lost or torn: that costs time only.
    @Test(arguments: ["/targets/vault", "/mdb01/job", ".map"])
    func theStateOfAJobNeedsNoSync(part: String) throws {
        var campaign = CrashCampaign(seed: 1)
        campaign.mutate = { (MutantFiles($0.client, .noSync(of: part)), $0.store) }
        try campaign.run(.delta, seeds: 1, share: CrashTests.torture > 0 ? 2 : 400)
        #expect(campaign.findings == [])
    }
}
