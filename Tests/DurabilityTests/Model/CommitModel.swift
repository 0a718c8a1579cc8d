/// The order of a push and of a collection, a step at a time: a function from a state to all that may follow.
struct CommitModel {
    /// What a model leaves out or does otherwise.
    enum Change {
        /// The answer comes before the folder of points is synced.
        case answersEarly
        /// The folder of packs is synced after the point has its name.
        case pointBeforePacks
        /// A pack gets its name before its content is synced.
        case unsyncedPack
        /// A pack that is there already is taken for durable.
        case trustsWhatIsThere
        /// A point replaces another of its generation, and nobody takes `push.lock`.
        case replaces
        /// A collection does not take `lock`.
        case collectsUnlocked
        /// The names of older points are not made durable before a new one.
        case forgetsParents
        /// Nobody takes `push.lock`, but a point replaces none.
        case noPushLock
        /// A pack that was written again goes before the names of its copies are durable.
        case compactsEarly
        /// A copy of a pack gets its name before its content is synced.
        case unsyncedCopy
    }

    /// Who does what.
    enum Move {
        case push(Int, Pusher.Step)
        case collect(Collector.Step)
        case kill(Int)
        case killCollector
        case loseState(Int)
        case powerCut
    }

    var change: Change?
    /// How many pushes each of the two pushers wants to get acknowledged.
    var pushes: UInt8 = 2

    func step(_ state: ModelState) -> [(Move, ModelState)] {
        var next: [(Move, ModelState)] = []
        for pusher in 0...1 {
            if let stepped = push(pusher, state) {
                next.append((.push(pusher, stepped[pusher: pusher].step), stepped))
            }
            var other = state
            if state[pusher: pusher].step != .idle {
                other[pusher: pusher].end()
                next.append((.kill(pusher), other))
            } else if state[pusher: pusher].intent != 0 {
                other[pusher: pusher].intent = 0
                next.append((.loseState(pusher), other))
            }
        }
        next += collect(state).map { (.collect($0.collector.step), $0) }
        if state.collector.step != .idle {
            var killed = state
            killed.collector = Collector()
            next.append((.killCollector, killed))
        }
        return next + powerCuts(state).map { (.powerCut, $0) }
    }

    private func powerCuts(_ state: ModelState) -> [ModelState] {
        var cut = state
        for pusher in 0...1 { cut[pusher: pusher].end() }
        cut.collector = Collector()
        let points = state.points.survivors
        return state.packs.survivors.flatMap { packs in
            points.map { points in
                var survivor = cut
                survivor.packs = packs
                survivor.points = points
                return survivor
            }
        }
    }

    private func collect(_ state: ModelState) -> [ModelState] {
        var next = state
        switch state.collector.step {
        case .idle:
            let isFree = (0...1).allSatisfy { state[pusher: $0].step == .idle }
            guard isFree || change == .collectsUnlocked else { return [] }
            next.collector.step = .holding
        case .holding:
            next.collector.step = .marked
            next.collector.marks = state.marks
        case .marked:
            let moves = (0..<5).map { UInt8(1) << $0 }
                .filter { state.packs.there & $0 != 0 && state.collector.marks & $0 == 0 }
                .map { pack in
                    var moved = state
                    moved.packs.remove(pack)
                    return moved
                }
            next.packs.syncFolder()
            next.collector = Collector()
            return moves + [next] + thinned(state)
        case .copied:
            if change != .compactsEarly { next.packs.syncFolder() }
            next.collector.step = .copiedDurably
        case .copiedDurably:
            next.packs.remove(ModelState.thinnedPack)
            next.collector.step = .marked
        }
        return [next]
    }

    /// What is needed of a pack is written again under another name.
    private func thinned(_ state: ModelState) -> [ModelState] {
        guard state.packs.whole & ModelState.thinnedPack != 0,
            state.collector.marks & ModelState.thinnedPack != 0
        else { return [] }
        var next = state
        if state.packs.whole & ModelState.copy == 0 {
            next.packs.link(ModelState.copy, isSynced: change != .unsyncedCopy)
        } else {
            next.packs.syncContent(ModelState.copy)
        }
        next.collector.step = .copied
        return [next]
    }
}
