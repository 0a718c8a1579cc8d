import Testing

@testable import hybridrep

@Suite struct VerdictTests {
    @Test func theNumbersAreAnInterface() {
        #expect(
            Verdict.allCases.map(\.rawValue) == [
                0, 1, 2, 3, 10, 11, 12, 20, 21, 22, 23, 24, 25, 26, 27, 130, 143,
            ])
    }

    @Test(arguments: [
        ([Verdict.good, .good], Verdict.good), ([.good, .transport], .degraded),
        ([.transport, .good], .degraded),
        ([.transport, .noSpace], .transport), ([.degraded], .degraded), ([.degraded, .noSpace], .degraded),
        ([.noSpace], .noSpace),
    ])
    func aJobIsDegradedWhenSomeTargetsFail(targets: [Verdict], verdict: Verdict) {
        #expect(Verdict.ofJob(targets: targets) == verdict)
    }

    @Test(arguments: [
        ([Verdict.good, .good], Verdict.good), ([.good, .transport, .noSpace], .transport),
        ([.degraded, .transport], .degraded),
    ])
    func aCommandEndsAsItsFirstBadJob(jobs: [Verdict], verdict: Verdict) {
        #expect(Verdict.ofCommand(jobs: jobs) == verdict)
    }

    @Test func whatNobodyDidIsNotGood() {
        #expect(Verdict.ofJob(targets: []) == .failure)
        #expect(Verdict.ofCommand(jobs: []) == .failure)
    }
}
