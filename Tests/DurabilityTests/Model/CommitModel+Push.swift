extension CommitModel {
    /// The next step of a pusher; nil when it has nothing to do or has to wait.
    func push(_ index: Int, _ state: ModelState) -> ModelState? {
        var next = state
        let me = state[pusher: index]
        let push = UInt8(index * 2) + me.done + 1
        let pack: UInt8 = 1 << (push - 1)
        let generation = Int(me.generation)
        var then = me
        switch me.step {
        case .idle:
            guard wants(index, me), change == .collectsUnlocked || state.collector.step == .idle else {
                return nil
            }
            then.step = .sharing
        case .sharing:
            let isTaken = (0...2).contains {
                $0 != index && state[pusher: $0].step.rawValue >= Pusher.Step.leading.rawValue
            }
            let locks = change != .replaces && change != .noPushLock
            if locks && isTaken { then.end() } else { then.step = .leading }
        case .leading: then.plan(state, push, pack, most: mostGenerations(index))
        case .planned:
            then.step = change == .pointBeforePacks ? .packed : .shipped
            if state.packs.whole & pack == 0 {
                next.packs.link(pack, isSynced: change != .unsyncedPack)
            } else if change == .trustsWhatIsThere {
                then.step = .packed
            } else {
                next.packs.syncContent(pack)
            }
        case .shipped:
            next.packs.syncFolder()
            then.step = .packed
        case .packed:
            if state.points.newest != generation - 1 {
                then.end()
            } else {
                if change != .forgetsParents { next.points.syncFolder() }
                then.intent = me.generation
                then.step = .checked
            }
        case .checked:
            if state.points.owner(generation) != 0, change != .replaces {
                then.end()
            } else {
                next.points.name(generation, push)
                next.needs[Int(push)] |= me.needs
                then.step = .linked
            }
        case .linked:
            if change != .answersEarly { next.points.syncFolder() }
            if change == .pointBeforePacks { next.packs.syncFolder() }
            then.step = .durable
        case .durable:
            let told = state.acknowledged[generation]
            next.isToldTwice = state.isToldTwice || (told != 0 && told != push)
            next.acknowledged[generation] = push
            then.end()
            then.done += 1
            then.intent = 0
        }
        next[pusher: index] = then
        return next
    }

    private func wants(_ index: Int, _ pusher: Pusher) -> Bool {
        pusher.done < (index == ModelState.prover ? 1 : pushes)
    }

    /// The last generation is left for the push that proves that one can succeed.
    private func mostGenerations(_ index: Int) -> Int {
        ModelState.generations.upperBound - (index == ModelState.prover ? 0 : 1)
    }
}

extension Pusher {
    /// Reads the head: what it builds upon, or its own point whose answer was lost.
    fileprivate mutating func plan(_ state: ModelState, _ push: UInt8, _ pack: UInt8, most: Int) {
        let head = state.points.newest
        let owner = state.points.owner(head)
        if head > 0, intent == head, owner == push {
            // Its name may not be durable yet.
            generation = intent
            step = .linked
        } else if head >= most {
            end()
        } else {
            generation = UInt8(head + 1)
            needs = pack | (head > 0 ? state.needs[Int(owner)] : 0)
            step = .planned
        }
    }
}
