internal import Synchronization

/// How the owners of channels reach the thread of their connection, which sleeps while nothing moves.
final class SSHMailbox: Sendable {
    /// The events since the last check.
    struct News: Sendable {
        var lanes: [(lane: SSHLane, command: String, readBytes: Int)] = []
        /// The connection has no holder any more.
        var isAbandoned = false
    }

    private struct State {
        var news = News()
        var hasNews = false
        var isAsleep = false
        var hasEnded = false
    }

    private let state = Mutex(State())
    /// A byte in it wakes the thread.
    private let bell: (read: OwnedDescriptor, write: OwnedDescriptor)

    init() throws(SystemError) {
        bell = try OwnedDescriptor.pipe()
        try bell.read.setNonBlocking()
        try bell.write.setNonBlocking()
    }

    // MARK: the owners' side

    /// Has a lane opened; false when the connection has ended.
    func open(_ lane: SSHLane, _ command: String, readBytes: Int) -> Bool {
        let hasEnded = state.withLock { state in
            if !state.hasEnded { state.news.lanes.append((lane, command, readBytes)) }
            return state.hasEnded
        }
        wake()
        return !hasEnded
    }

    func abandon() {
        state.withLock { $0.news.isAbandoned = true }
        wake()
    }

    /// Makes the thread look at its lanes and at the news.
    func wake() {
        let isAsleep = state.withLock { state in
            state.hasNews = true
            let isAsleep = state.isAsleep
            state.isAsleep = false
            return isAsleep
        }
        // A full pipe rings as well.
        if isAsleep { _ = try? bell.write.write([1].span) }
    }

    // MARK: the thread's side

    /// Readable when the thread is to wake up.
    var descriptor: Int32 { bell.read.number }

    func takeNews() -> News {
        state.withLock { state in
            state.hasNews = false
            let news = state.news
            state.news.lanes = []
            return news
        }
    }

    /// False when there is news already; else the next news rings.
    func fallAsleep() -> Bool {
        state.withLock { state in
            state.isAsleep = !state.hasNews
            return state.isAsleep
        }
    }

    func awake() {
        state.withLock { $0.isAsleep = false }
        var rung: [UInt8] = [0, 0, 0, 0]
        var span = rung.mutableSpan
        _ = try? bell.read.read(into: &span)
    }

    /// No lane is opened from here on.
    ///
    /// - Returns: False when one has come in the meantime, and the thread has to go on.
    func end() -> Bool {
        state.withLock { state in
            state.hasEnded = state.news.lanes.isEmpty
            return state.hasEnded
        }
    }
}
