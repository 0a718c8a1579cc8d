/// Walks through all states of a model, the nearest first, until one is wrong.
struct ModelWalk {
    /// What is wrong with a state.
    enum Fault {
        case acknowledgedPointIsLost, packIsMissing, parentIsMissing, generationIsGivenTwice, noPushSucceeds
    }

    private(set) var states = [ModelState()]
    private(set) var fault: Fault?
    /// The moves that lead to the wrong state.
    private(set) var counterexample: [CommitModel.Move] = []
    /// How many of the states have nobody at work.
    private(set) var quiet = 0
    private let model: CommitModel

    init(_ model: CommitModel) {
        self.model = model
        var known: Set = [states[0]]
        var origins: [(Int, CommitModel.Move)?] = [nil]
        var index = 0
        while index < states.count {
            fault = judge(states[index])
            guard fault == nil else { break }
            for (move, next) in model.step(states[index]) where known.insert(next).inserted {
                states.append(next)
                origins.append((index, move))
            }
            index += 1
        }
        guard fault != nil else { return }
        while let (before, move) = origins[index] {
            counterexample.insert(move, at: 0)
            index = before
        }
    }

    private mutating func judge(_ state: ModelState) -> Fault? {
        for generation in ModelState.generations {
            let owner = state.points.owner(generation)
            let told = state.acknowledged[generation]
            if told != 0, told != owner { return .acknowledgedPointIsLost }
            guard owner != 0 else { continue }
            if state.needs[Int(owner)] & ~state.readable != 0 { return .packIsMissing }
            if generation > 1, state.points.owner(generation - 1) == 0 { return .parentIsMissing }
        }
        if state.isToldTwice { return .generationIsGivenTwice }
        guard state.isQuiet else { return nil }
        quiet += 1
        return succeeds(from: state) ? nil : .noPushSucceeds
    }

    /// Whether a further push, left alone, is acknowledged.
    private func succeeds(from state: ModelState) -> Bool {
        var state = state
        repeat {
            guard let next = model.push(ModelState.prover, state) else { return false }
            state = next
        } while state[pusher: ModelState.prover].step != .idle
        return state[pusher: ModelState.prover].done == 1
    }
}
