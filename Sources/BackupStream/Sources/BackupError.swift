internal import Image
internal import Platform

/// A source did not become an image.
package struct BackupError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// The producer failed, the stream was short or empty, the file changed while it was read, nothing found.
        case sourceFailed
        /// Pages whose checksum or number is wrong, or a database cut short.
        case badPages
        /// A database cannot be brought to a consistent state from what the set holds.
        case notRecoverable
        /// It can, but the newest committed logs are missing (-582).
        case recoverableWithLoss
        /// The spool has no room.
        case noSpace
        /// The spool could not be read or written, or holds something it should not.
        case spool
        /// The program was asked to end.
        case interrupted
    }
    package let kind: Kind
    /// The action, its object, and the failure.
    package let detail: String
    /// The remedy, if it is known.
    package let hint: String?

    package init(_ kind: Kind, _ detail: String, hint: String? = nil) {
        self.kind = kind
        self.detail = detail
        self.hint = hint
    }

    /// The exit status this means for a run (CONVENTIONS.md, Verdicts).
    package var exitCode: Int32 {
        switch kind {
        case .sourceFailed: 20
        case .badPages, .notRecoverable, .recoverableWithLoss: 21
        case .noSpace: 24
        case .spool: 1
        case .interrupted: 143
        }
    }

    package var description: String { detail }

    package static let interrupted = Self(
        .interrupted, "stopped before it was done", hint: "run it again; nothing is left in the spool")

    /// Reading the source failed.
    static func source(_ error: SystemError) -> Self { Self(.sourceFailed, error.description) }

    /// Reading or writing the spool failed.
    static func spool(_ error: SystemError) -> Self {
        guard error.isNoSpace else { return Self(.spool, error.description) }
        return Self(.noSpace, error.description, hint: spoolHint)
    }

    static let spoolHint =
        "free space in the spool, keep fewer images there (spool.keep), or give it another spool.directory"

    static func spool(_ error: ImageError) -> Self {
        if case .system(let error) = error { return spool(error) }
        return Self(.spool, error.description)
    }
}

/// Called between the steps of reading, and while a source keeps it waiting; throws `interrupted` to end it.
package typealias ReadPulse = () throws(BackupError) -> Void
