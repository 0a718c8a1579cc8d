import TestSupport
import Testing

/// Every call of every scenario fails once, or from there on: nothing wrong is acknowledged, and the next run succeeds.
@Suite struct FaultTests {
    /// Everyday runs fail some calls, `script/torture` all.
    private static let stride = CrashTests.torture > 0 ? 1 : 149

    @Test(arguments: FaultLoop.all, FaultLoop.Host.allCases)
    func noFaultMakesAWrongPoint(loop: FaultLoop, host: FaultLoop.Host) throws {
        for scenario in Scenario.all {
            let (runs, findings) = try loop.run(scenario, on: host, stride: Self.stride)
            #expect(findings == [])
            #expect(runs > 0)
            if CrashTests.torture > 0 { print("\(scenario): \(loop) at \(runs) calls of the \(host)") }
        }
    }

    /// The system says of the second sync that all is well: the disk has lost what the first could not write.
    @Test func aSyncThatFailedIsNeverTriedAgain() throws {
        for scenario in [Scenario.first, .inPlace] {
            for host in FaultLoop.Host.allCases {
                let step =
                    scenario.description == Scenario.first.description && CrashTests.torture == 0 ? 3 : 1
                #expect(try FaultLoop.syncs.run(scenario, on: host, stride: step).findings == [])
            }
        }
    }
}
