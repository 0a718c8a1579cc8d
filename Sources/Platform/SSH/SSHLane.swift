internal import Dispatch
internal import Synchronization

/// The state that the owner of a channel and the thread of its connection share.
final class SSHLane: Sendable {
    /// Bytes that may wait for the far end's window, and at least two pieces that may wait for the owner.
    ///
    /// At 100 ms a window of 2 MiB moves 20 MB/s: the queue lasts for two round trips while the owner is busy.
    static let outgoingBytes = 4 << 20
    static let incomingBytes = 1 << 20

    struct State: Sendable {
        /// From the owner.
        var outgoing = BufferQueue(capacityBytes: SSHLane.outgoingBytes)
        var wantsEOF = false
        var wantsClose = false
        /// Discards bytes that still arrive.
        var discards = false

        /// From the thread.
        var incoming = BufferQueue(capacityBytes: SSHLane.incomingBytes)
        var isStarted = false
        /// Changes whenever something has moved in either direction.
        var progress: UInt64 = 0
        var discardedBytes = 0
        /// The far end's program has closed its stdout.
        var hasEnded = false
        var failure: TransportError?
        var exitStatus: Int32?
        /// Nothing more will be known of the program.
        var isOver = false
        var isClosed = false
        var tail = StderrTail()

        fileprivate var isAwaited = false
    }

    private let state = Mutex(State())
    private let changed = DispatchSemaphore(value: 0)

    /// Looks at, or changes, what is shared; for the owner.
    func with<R: Sendable>(_ body: (inout State) -> R) -> R { state.withLock { body(&$0) } }

    /// The same for the thread, which wakes the owner.
    func update<R: Sendable>(_ body: (inout State) -> R) -> R {
        let (result, isAwaited) = state.withLock { state in
            let result = body(&state)
            let isAwaited = state.isAwaited
            state.isAwaited = false
            return (result, isAwaited)
        }
        if isAwaited { changed.signal() }
        return result
    }

    /// Waits until `body` gives something; for the owner.
    ///
    /// - Parameter renewing: Whether the time begins again when something has moved.
    /// - Returns: Nil when `seconds` have passed.
    func wait<R: Sendable>(seconds: Int, renewing: Bool = true, for body: (inout State) -> R?) -> R? {
        var deadline = Deadline(seconds: seconds)
        var seen: UInt64?
        while true {
            let (found, progress) = state.withLock { state in
                let found = body(&state)
                state.isAwaited = found == nil
                return (found, state.progress)
            }
            if let found { return found }
            if renewing, seen != progress {
                seen = progress
                deadline = Deadline(seconds: seconds)
            }
            let left = deadline.remainingMilliseconds ?? 0
            if left == 0 { return nil }
            _ = changed.wait(timeout: .now() + .milliseconds(left))
        }
    }
}
