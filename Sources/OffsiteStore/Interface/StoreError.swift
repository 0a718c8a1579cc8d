package import Platform

/// A store operation failed.
package struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: UInt8, Sendable {
        /// No store, job, or object under that name.
        case notFound = 1
        /// Something is there already, and stays.
        case exists = 2
        case denied = 3
        /// An object is not what it should be.
        case corrupt = 4
        case noSpace = 5
        /// Another run holds the lock.
        case locked = 6
        /// The connection could not be made, or broke.
        case unreachable = 7
        case authentication = 8
        /// The other end does not follow the protocol, or is of an incompatible version.
        case incompatible = 9
        case failed = 10
        /// The store's own rules do not allow it: append only, a guard of retention, a quota.
        case refused = 11
        /// The caller wanted it to end; only this side reports that, never an agent.
        case interrupted = 255
    }
    /// The place of the failure.
    package enum Scope: Sendable {
        /// An object of a store, or the store itself.
        case object
        /// The store as a place: it could not write, lock, move or remove. It is no evidence about an object.
        case store
        /// The conversation with a far end, or this host's own disk. It is no evidence about the store's objects.
        case session
        /// A request that no store could fulfil.
        case caller
    }
    /// Operations that only read; where one fails, what was to be read is as good as lost.
    private static let readings: Set = [
        "get", "read", "hash", "list", "look at", "open", "check", "verify", "prove",
    ]
    package let kind: Kind
    package let scope: Scope
    /// The operation: "put", "get", "list", "commit".
    package let operation: String
    /// On what: an object's path, a store's folder, a host.
    package let subject: String
    /// The layer below, in its own words.
    package let detail: String
    package let hint: String?

    package init(
        _ kind: Kind, _ operation: String, _ subject: String, _ detail: String, hint: String? = nil,
        scope: Scope? = nil
    ) {
        self.kind = kind
        // An agent does not send a scope: both ends derive it from what was tried.
        self.scope = scope ?? (kind == .failed && !Self.readings.contains(operation) ? .store : .object)
        self.operation = operation
        self.subject = subject
        self.detail = detail
        self.hint = hint
    }

    /// Bytes of `subject` that are not what they claim.
    package init(_ operation: String, _ subject: String, _ error: FormatError) {
        let kind: Kind = error.isIncompatibility ? .incompatible : .corrupt
        self.init(kind, operation, subject, error.description)
    }

    package init(_ operation: String, _ subject: String, _ error: SystemError, scope: Scope? = nil) {
        let kind: Kind =
            if error.isNotFound {
                .notFound
            } else if error.isNoSpace {
                .noSpace
            } else if error.isDenied { .denied } else { .failed }
        self.init(
            error.lacksHardLinks ? .failed : kind, operation, subject, error.description,
            hint: error.lacksHardLinks ? Self.noHardLinks : nil,
            scope: scope ?? (error.lacksResources ? .session : nil))
    }

    private static let noHardLinks =
        "this file system has no hard links, which a store needs: ext4, xfs, btrfs, NFS"

    package init(_ error: TransportError) {
        let kind: Kind =
            switch error.kind {
            case .authentication: .authentication
            case .connect, .closed, .stalled, .command: .unreachable
            }
        self.init(kind, error.operation, error.peer, error.detail, hint: error.hint)
    }

    /// Ends a check from within.
    package static let interrupted = Self(.interrupted, "check", "store", "stopped before it was done")

    package var description: String { "\(operation) \(subject): \(detail)" }
}

extension StoreError {
    /// True if an object of the store is missing, cannot be read, or is not what it should be.
    ///
    /// An object that may not be read (`denied`) is unknown, and one of a newer version is no damage.
    package var isDamage: Bool { scope == .object && [.corrupt, .notFound, .failed].contains(kind) }

    /// True if an object is damaged, or of a version that this program does not know.
    package var tellsOfDamage: Bool { isDamage || scope == .object && kind == .incompatible }
}
