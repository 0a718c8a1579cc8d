/// What a database header tells about recovery.
package struct DatabaseFacts: Equatable, Sendable {
    package var state: DatabaseState
    package var minimumRequired: Int
    package var maximumRequired: Int
    package var committed: Int
    package var maximumCreated: LogTime
    package var committedCreated: LogTime
    package var lastConsistent: LogPosition
    package var logSignature: Signature
    /// Low generation of the current full backup; not 0 in a backup copy.
    package var backupLow: Int
    package var repairs: Int
    package var updateMajor: Int

    package init(_ header: DatabaseHeader) {
        state = header.state
        minimumRequired = Int(header.logs.minimum)
        maximumRequired = Int(header.logs.maximum)
        committed = Int(header.logs.committed)
        maximumCreated = header.logs.maximumCreated
        committedCreated = header.logs.committedCreated
        lastConsistent = header.lastConsistent.position
        logSignature = header.logSignature
        backupLow = Int(header.backups.currentFull.lowGeneration)
        repairs = Int(header.counters.repairs.count)
        updateMajor = Int(header.updateMajor)
    }

    /// A database that was shut down cleanly and has seen nothing else.
    package init(state: DatabaseState = .cleanShutdown, logSignature: Signature) {
        self.state = state
        minimumRequired = 0
        maximumRequired = 0
        committed = 0
        maximumCreated = .unset
        committedCreated = .unset
        lastConsistent = .unset
        self.logSignature = logSignature
        backupLow = 0
        repairs = 0
        updateMajor = 20
    }
}

/// What stands in the last page of a backup copy.
package enum TrailerFact: Equatable, Sendable {
    /// No trailer, or one whose checksum is wrong.
    case absent
    /// An intact trailer of another backup or database.
    case mismatched
    /// The logs that restore needs.
    case valid(low: Int, high: Int)

    package init(_ trailer: BackupTrailer?, header: DatabaseHeader) {
        guard let trailer else {
            self = .absent
            return
        }
        let backup = trailer.backup
        guard trailer.matches(header), backup.lowGeneration <= backup.highGeneration else {
            self = .mismatched
            return
        }
        self = .valid(low: Int(backup.lowGeneration), high: Int(backup.highGeneration))
    }
}
