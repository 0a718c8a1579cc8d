import Testing

/// All interleavings of two pushers and a collector, with any of them killed and the power cut at every step.
@Suite struct ModelTests {
    @Test func noInterleavingLosesWhatWasAcknowledged() {
        let walk = ModelWalk(CommitModel())
        print("model of the commit: \(walk.states.count) states, \(walk.quiet) with nobody at work")
        #expect(walk.fault == nil, "\(walk.counterexample)")
        #expect(walk.quiet > 1000)
    }

    /// Locks save work; that no name is replaced is what keeps a generation.
    @Test func withoutThePushLockTheLinkStillGuardsAGeneration() {
        let walk = ModelWalk(CommitModel(change: .noPushLock, pushes: 1))
        print("without push.lock: \(walk.states.count) states")
        #expect(walk.fault == nil, "\(walk.counterexample)")
    }

    private static let refuted: [(CommitModel.Change, ModelWalk.Fault)] = [
        (.answersEarly, .acknowledgedPointIsLost), (.pointBeforePacks, .packIsMissing),
        (.unsyncedPack, .packIsMissing), (.trustsWhatIsThere, .packIsMissing),
        (.replaces, .acknowledgedPointIsLost), (.collectsUnlocked, .packIsMissing),
        (.forgetsParents, .parentIsMissing), (.compactsEarly, .packIsMissing),
        (.unsyncedCopy, .packIsMissing),
    ]

    @Test(arguments: refuted)
    func aModelThatDoesAStepWrongIsRefuted(change: CommitModel.Change, fault: ModelWalk.Fault) {
        let walk = ModelWalk(CommitModel(change: change))
        print("\(change): \(fault) after \(walk.counterexample.count) steps, \(walk.states.count) states")
        #expect(walk.fault == fault)
        #expect(!walk.counterexample.isEmpty)
    }
}
