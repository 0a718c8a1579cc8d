import Foundation
import Synchronization
import TestSupport

/// Lets one of several programs go on at a time, from one call to its disk to the next; a seed chooses which.
final class Turns: Sendable {
    private struct State: Sendable {
        var generator: SeededGenerator
        /// Programs that wait for their turn.
        var waiting: Set<Int> = []
        var ended: Set<Int> = []
        /// Who may go on, and has not yet.
        var chosen: Int?
        var count = 0
    }

    private let state: Mutex<State>
    /// One of each program: it may go on.
    private let turns: [DispatchSemaphore]
    /// Somebody waits or has ended.
    private let changes = DispatchSemaphore(value: 0)

    init(seed: UInt64, programs: Int) {
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
        turns = (0..<programs).map { _ in DispatchSemaphore(value: 0) }
    }

    /// How often somebody went on.
    var count: Int { state.withLock { $0.count } }

    /// Runs all of the programs, each in a thread of its own, to their ends.
    func run(_ programs: [@Sendable () -> Void]) {
        for (number, program) in programs.enumerated() {
            let thread = Thread { [self] in
                wait(number)
                program()
                state.withLock { _ = $0.ended.insert(number) }
                changes.signal()
            }
            // The default leaves a debug build of the checks too little.
            thread.stackSize = 8 << 20
            thread.start()
        }
        while state.withLock({ $0.ended.count }) < programs.count {
            changes.wait()
            if let next = choose() { turns[next].signal() }
        }
    }

    /// Nil while somebody is at work.
    private func choose() -> Int? {
        state.withLock { state in
            guard state.chosen == nil, state.waiting.count + state.ended.count == turns.count,
                let next = state.waiting.sorted().randomElement(using: &state.generator)
            else { return nil }
            state.count += 1
            state.chosen = next
            return next
        }
    }

    /// Returns when it is this program's turn.
    func wait(_ program: Int) {
        state.withLock { _ = $0.waiting.insert(program) }
        changes.signal()
        turns[program].wait()
        state.withLock {
            $0.waiting.remove(program)
            $0.chosen = nil
        }
    }
}
