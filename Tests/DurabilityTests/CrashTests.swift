import Foundation
import TestSupport
import Testing

/// Every scenario, crashed at its calls under every model of loss.
///
/// The everyday run takes a slice that a fixed seed chooses, and another that `HYBRIDREP_SEED` does; all of it runs with
/// `script/torture`, which sets `HYBRIDREP_TORTURE`.
@Suite struct CrashTests {
    static let environment = ProcessInfo.processInfo.environment
    /// Seeds a call and model; zero for a slice.
    static let torture = environment["HYBRIDREP_TORTURE"].flatMap { Int($0) } ?? 0
    static let seeds = [
        1, environment["HYBRIDREP_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 2..<1 << 32),
    ]

    @Test(arguments: Scenario.all, torture == 0 ? seeds : [])
    func nothingAcknowledgedIsLost(scenario: Scenario, seed: UInt64) throws {
        var campaign = CrashCampaign(seed: seed)
        try campaign.run(scenario, seeds: 2, share: 200)
        #expect(campaign.findings == [])
    }

    @Test(.enabled(if: torture > 0, "set HYBRIDREP_TORTURE, or run script/torture"), arguments: Scenario.all)
    func nothingAcknowledgedIsEverLost(scenario: Scenario) throws {
        var campaign = CrashCampaign(seed: Self.seeds[1])
        try campaign.run(scenario, seeds: Self.torture, nested: 2000)
        #expect(campaign.findings == [])
        print("\(scenario): \(campaign.states) states, \(campaign.looks) different, seed \(Self.seeds[1])")
    }
}
