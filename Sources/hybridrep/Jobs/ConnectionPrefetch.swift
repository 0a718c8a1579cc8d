internal import OffsiteStore
internal import Platform
internal import Synchronization

/// Opens a target's store on another thread while the last of a source is read.
///
/// Connecting, the far end's login and the start of its agent take some round trips, in which this end would only wait.
/// Owned by one thread at a time.
final class ConnectionPrefetch {
    /// It begins when reading takes so long still, as far as its rate tells: soon enough to be ready, and not idle for long.
    private static let leadNanoseconds = 5.0e9
    /// A store that has waited for longer is opened again: what lies on the way may have forgotten the connection.
    private static let mostIdleNanoseconds: UInt64 = 30_000_000_000

    private typealias Attempt = Result<any ObjectStore, any Error>

    /// What the other thread hands over.
    private final class Opened: Sendable {
        let attempt = Mutex<Attempt?>(nil)
    }

    private let target: Name
    private let clock: any Clock
    private let start: UInt64
    private let opened = Opened()
    /// Nil once its thread has done what it is for.
    private var opener: OrderedWorkers<Bool, Bool>?
    /// When it began; nil before.
    private var begun: UInt64?

    /// - Parameter target: The one that is shipped to first.
    init(
        to target: Name, _ clock: any Clock, open: @escaping @Sendable () throws -> sending any ObjectStore
    ) {
        self.target = target
        self.clock = clock
        start = clock.monotonicNanoseconds
        opener = OrderedWorkers(threads: 1) { [opened] in
            { _ in
                opened.attempt.withLock { attempt in
                    do { attempt = .success(try open()) } catch { attempt = .failure(error) }
                }
                return true
            }
        }
    }

    /// Begins to connect when the source is nearly read.
    func note(doneBytes: Int, totalBytes: Int?) {
        guard begun == nil, doneBytes > 0, let totalBytes else { return }
        let now = clock.monotonicNanoseconds
        guard Double(now - start) * Double(totalBytes - doneBytes) <= Self.leadNanoseconds * Double(doneBytes)
        else { return }
        begun = now
        opener?.give(true)
    }

    /// The store of `wanted`, once; nil when it was not opened, or too long ago.
    ///
    /// - Throws: Why it could not be opened.
    func take(_ wanted: Name) throws -> (any ObjectStore)? {
        guard wanted == target, let store = try result()?.get() else { return nil }
        guard let begun, clock.monotonicNanoseconds - begun <= Self.mostIdleNanoseconds else {
            try? store.close()
            return nil
        }
        return store
    }

    /// Closes what nobody has taken; a connection under way is waited for, so that nothing runs on into the program's end.
    func end() {
        guard case .success(let unused) = result() else { return }
        try? unused.close()
    }

    /// What came of it, once; nil when it was not begun.
    private func result() -> Attempt? {
        guard opener.take()?.take() != nil else { return nil }
        return opened.attempt.withLock { $0.take() }
    }
}
