/// The facts of a database header that matter for recovery.
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

/// The content of the last page of a backup copy.
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

/// The facts of the checkpoint next to a log stream (format notes 5.6).
package enum CheckpointFact: Equatable, Sendable {
    /// Recovery then begins at the first log there is (-542).
    case absent
    /// Neither copy is intact, which is as good as absent (-533).
    case corrupt
    /// Recovery begins no later than at `generation`.
    case present(signature: Signature, generation: Int)

    package init(_ header: CheckpointHeader) {
        self = .present(
            signature: header.logSignature, generation: Int(header.checkpoint.generation))
    }

    /// The condition that replay of a dirty database would meet.
    ///
    /// - Throws: -532 for the checkpoint of another stream: recovery ends there, though nothing is lost.
    func warnings(_ database: DatabaseFacts, _ logs: LogCoverage) throws(SetVerdict.Refusal) -> [String] {
        switch self {
        case .absent:
            return [
                "no checkpoint (\(ErrorCode.checkpointFileNotFound.label)): recovery begins at the first log"
            ]
        case .corrupt:
            return [
                "checkpoint damaged (\(ErrorCode.checkpointCorrupt.label)): recovery begins at the first log"
            ]
        case .present(let signature, let generation):
            guard signature == database.logSignature else {
                throw SetVerdict.Refusal(
                    .badCheckpointSignature,
                    "the checkpoint is of another log stream; without it recovery begins at the first log")
            }
            guard generation > 0, generation < database.minimumRequired, logs.log(generation) == nil else {
                return []
            }
            return [
                "the checkpoint begins at log \(GenerationText.one(generation)), which is \(logs.reason(generation)) "
                    + "(\(ErrorCode.missingPreviousLogFile.label)): recovery may need it moved away"
            ]
        }
    }
}
