import Synchronization
import TestSupport

/// The disks of both hosts before one call, and what had been acknowledged by then.
struct Moment: Sendable {
    let disks: Disks
    let ledger: Ledger
    /// Changing calls on each host before this one.
    let clientCalls: Int
    let storeCalls: Int
}

/// Keeps the moment before every call that changes something on either host.
///
/// One run gives all places where it could have been stopped: a disk knows nothing of what comes after.
final class Recorder: Sendable {
    private let hosts: Hosts
    private let book: LedgerBook
    private let moments = Mutex<(all: [Moment], client: Int, store: Int)>(([], 0, 0))

    init(_ hosts: Hosts, _ book: LedgerBook) {
        self.hosts = hosts
        self.book = book
        hosts.client.observe { [weak self] in self?.take(client: 1, store: 0) }
        hosts.store.observe { [weak self] in self?.take(client: 0, store: 1) }
    }

    private func take(client: Int, store: Int) {
        let (disks, ledger) = (hosts.disks, book.ledger)
        moments.withLock {
            $0.all.append(Moment(disks: disks, ledger: ledger, clientCalls: $0.client, storeCalls: $0.store))
            $0.client += client
            $0.store += store
        }
    }

    /// All moments, the one after the last call among them.
    func end() -> [Moment] {
        take(client: 1, store: 1)
        return moments.withLock { $0.all }
    }
}
