import Synchronization

/// What a program has promised so far, and what it was about to do.
struct Ledger: Sendable {
    /// The store and the job in it were acknowledged.
    var isJobMade = false
    /// The image of every point whose commit was acknowledged.
    var committed: [UInt64: [UInt8]] = [:]
    /// Points that were to be forgotten: each may be there or not.
    var forgetting: Set<UInt64> = []
    /// Every image that was to become a point, the last one last.
    var attempted: [[UInt8]] = []
    /// What was to be restored, by path.
    var restoring: [String: [UInt8]] = [:]
    /// Paths of what was acknowledged as restored.
    var restored: Set<String> = []
    /// Files that are being restored in place: what they were.
    var before: [String: [UInt8]] = [:]
}

/// A ledger that a program writes while others look.
final class LedgerBook: Sendable {
    private let content: Mutex<Ledger>
    init(_ ledger: Ledger = Ledger()) { content = Mutex(ledger) }

    var ledger: Ledger { content.withLock { $0 } }
    func write(_ body: (inout Ledger) -> Void) { content.withLock { body(&$0) } }
}
