internal import OffsiteStore
internal import Platform
internal import Synchronization

/// Opens a target's store on another thread while the last of a source is read.
///
/// Connecting, the far end's login and the start of its agent take some round trips, in which this end would only wait.
/// What goes wrong here is not told: whoever needs the store opens it again, and says what went wrong then.
/// Owned by one thread at a time.
final class EarlyConnection {
    /// It begins when so much of the source is left: soon enough to be ready, and not idle for long.
    private static let remainingBytes = 1 << 30

    /// What the other thread hands over.
    private final class Opened: Sendable {
        let store = Mutex<(any ObjectStore)?>(nil)
    }

    private let target: Name
    private let opened = Opened()
    private let opener: OrderedWorkers<Bool, Bool>
    private var isBegun = false

    /// - Parameter target: The one that is shipped to first.
    init(to target: Name, open: @escaping @Sendable () throws -> sending any ObjectStore) {
        self.target = target
        opener = OrderedWorkers(threads: 1) { [opened] in
            { _ in
                opened.store.withLock { $0 = try? open() }
                return true
            }
        }
    }

    /// Begins to connect when the source is nearly read.
    func note(doneBytes: Int, totalBytes: Int?) {
        guard !isBegun, let totalBytes, totalBytes - doneBytes <= Self.remainingBytes else { return }
        isBegun = true
        opener.give(true)
    }

    /// The store of `wanted`, once; nil when it was not opened, or could not be.
    func take(_ wanted: Name) -> (any ObjectStore)? {
        guard wanted == target else { return nil }
        _ = opener.take()
        return opened.store.withLock { $0.take() }
    }

    /// Closes what nobody has taken; a connection under way is waited for, so that nothing runs on into the program's end.
    func end() {
        guard let unused = take(target) else { return }
        try? unused.close()
    }
}
