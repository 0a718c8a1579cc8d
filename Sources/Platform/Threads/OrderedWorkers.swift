internal import Dispatch
internal import Glibc
internal import Synchronization

/// Does work on several threads, and hands the results back in the order in which it was given.
///
/// One thread gives and takes; how much it gives before it takes bounds the memory. The workers end with the object,
/// each after the work it has begun.
package final class OrderedWorkers<Work: Sendable, Outcome: Sendable> {
    private struct State {
        var waiting: [(ticket: Int, work: Work)] = []
        var outcomes: [Int: Outcome] = [:]
        var isEnded = false
    }

    /// The state that the workers retain, so that they do not retain the owner.
    private final class Shared: Sendable {
        let state = Mutex(State())
        let given = DispatchSemaphore(value: 0)
        let done = DispatchSemaphore(value: 0)

        /// The oldest work that no worker has begun; nil when there will be no more.
        func next() -> (ticket: Int, work: Work)? {
            given.wait()
            return state.withLock { $0.isEnded || $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
        }
    }

    private let shared = Shared()
    private let threads: Int
    private let worker: @Sendable () -> (Work) -> Outcome
    private var isStarted = false
    private var givenCount = 0
    private var takenCount = 0

    /// - Parameter worker: Makes one thread's worker, on that thread, when there is work for the first time.
    package init(threads: Int, worker: @escaping @Sendable () -> (Work) -> Outcome) {
        self.threads = max(1, threads)
        self.worker = worker
    }

    deinit {
        shared.state.withLock { $0.isEnded = true }
        for _ in 0..<threads { shared.given.signal() }
    }

    /// Work that was given and whose outcome was not taken.
    package var underWay: Int { givenCount - takenCount }

    /// Work under way that waits for nothing but to be taken.
    package var doneCount: Int { shared.state.withLock { $0.outcomes.count } }

    package func give(_ work: Work) {
        start()
        let ticket = givenCount
        shared.state.withLock { $0.waiting.append((ticket, work)) }
        givenCount += 1
        shared.given.signal()
    }

    /// The outcome of the oldest work, once it is done; nil when nothing is under way.
    package func take() -> Outcome? {
        guard underWay > 0 else { return nil }
        let ticket = takenCount
        takenCount += 1
        while true {
            if let outcome = shared.state.withLock({ $0.outcomes.removeValue(forKey: ticket) }) {
                return outcome
            }
            shared.done.wait()
        }
    }

    private func start() {
        guard !isStarted else { return }
        isStarted = true
        for _ in 0..<threads {
            // A queue each: those that share one get a second thread only when the first is seen to be blocked.
            DispatchQueue(label: "hybridrep.worker").async { [shared, worker] in
                let perform = worker()
                while let (ticket, work) = shared.next() {
                    let outcome = perform(work)
                    shared.state.withLock { $0.outcomes[ticket] = outcome }
                    shared.done.signal()
                }
            }
        }
    }
}

/// The processors that are online.
package enum Processors {
    package static var count: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
