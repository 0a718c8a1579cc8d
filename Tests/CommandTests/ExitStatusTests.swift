import Testing

@testable import hybridrep

@Suite struct ExitStatusTests {
    @Test func theNumbersAreAnInterface() {
        #expect(
            hybridrep.ExitStatus.allCases.map(\.rawValue) == [
                0, 1, 2, 3, 10, 11, 12, 20, 21, 22, 23, 24, 25, 26, 27, 130, 143,
            ])
    }

    @Test(arguments: [
        ([hybridrep.ExitStatus.good, .good], hybridrep.ExitStatus.good), ([.good, .transport], .degraded),
        ([.transport, .good], .degraded),
        ([.transport, .noSpace], .transport), ([.degraded], .degraded), ([.degraded, .noSpace], .degraded),
        ([.noSpace], .noSpace),
    ])
    func aJobIsDegradedWhenSomeTargetsFail(targets: [hybridrep.ExitStatus], verdict: hybridrep.ExitStatus) {
        #expect(hybridrep.ExitStatus.ofJob(targets: targets) == verdict)
    }

    @Test(arguments: [
        ([hybridrep.ExitStatus.good, .good], hybridrep.ExitStatus.good),
        ([.good, .transport, .noSpace], .transport),
        ([.degraded, .transport], .degraded),
    ])
    func aCommandEndsAsItsFirstBadJob(jobs: [hybridrep.ExitStatus], verdict: hybridrep.ExitStatus) {
        #expect(hybridrep.ExitStatus.ofCommand(jobs: jobs) == verdict)
    }

    @Test func whatNobodyDidIsNotGood() {
        #expect(hybridrep.ExitStatus.ofJob(targets: []) == .failure)
        #expect(hybridrep.ExitStatus.ofCommand(jobs: []) == .failure)
    }
}
