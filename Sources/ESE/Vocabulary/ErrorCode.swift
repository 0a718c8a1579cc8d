/// The engine's error codes that a backup can meet (format notes 7).
package enum ErrorCode: Int, CaseIterable, Sendable, Encodable {
    case logFileCorrupt = -501
    case missingPreviousLogFile = -509
    case logGenerationMismatch = -513
    case badLogVersion = -514
    case invalidLogSequence = -515
    case missingLogFile = -528
    case badLogSignature = -530
    case badDbSignature = -531
    case badCheckpointSignature = -532
    case checkpointCorrupt = -533
    case missingPatchPage = -534
    case badPatchPage = -535
    case databaseLogSetMismatch = -539
    case checkpointFileNotFound = -542
    case requiredLogFilesMissing = -543
    case softRecoveryOnBackupDatabase = -544
    case databaseDirtyShutdown = -550
    case consistentTimeMismatch = -551
    case databasePatchFileMismatch = -552
    case endingRestoreLogTooLow = -553
    case startingRestoreLogTooHigh = -554
    case givenLogFileHasBadSignature = -555
    case givenLogFileIsNotContiguous = -556
    case missingRestoreLogFiles = -557
    case badBackupDatabaseSize = -561
    case databaseIncompleteUpgrade = -563
    /// A torn last write in a log of a backup set.
    case logTornWriteDuringHardRestore = -570
    case committedLogFilesMissing = -582
    case logSequenceChecksumMismatch = -590
    case logReadVerifyFailure = -612
    case restoreOfNonBackupDatabase = -615
    case readVerifyFailure = -1018
    case pageNotInitialized = -1019
    case readPageNumberVerifyFailure = -1118
    case readLostFlushVerifyFailure = -1119
    case databaseCorrupted = -1206
    case databaseIncompleteIncrementalReseed = -1226

    /// As in the engine's public header, such as `JET_errReadVerifyFailure`.
    package var name: String {
        if self == .readPageNumberVerifyFailure { return "JET_errReadPgnoVerifyFailure" }
        let name = String(describing: self)
        return "JET_err" + name.prefix(1).uppercased() + name.dropFirst()
    }

    /// `-1018 JET_errReadVerifyFailure`.
    package var label: String { "\(rawValue) \(name)" }
}
