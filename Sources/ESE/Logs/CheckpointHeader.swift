internal import Platform

/// The checkpoint file: where replay of the logs may begin (format notes 5.6).
///
/// Only a hint; losing it costs time, not data.
package struct CheckpointHeader: Equatable, Sendable, Encodable {
    /// Two copies of 4096 bytes.
    package static let byteCount = 8192
    private static let copyBytes = 4096

    package let lastFullBackupCheckpoint: LogPosition
    package let checkpoint: LogPosition
    package let logSignature: Signature
    package let environment: LogEnvironment
    package let fullBackup: LogStamp
    package let incrementalBackup: LogStamp
    /// Unset means the checkpoint itself.
    package let databaseConsistency: LogPosition
    package let fileType: UInt32
    package let databases: [AttachedDatabase]
    /// Which of the two copies can be believed.
    package let state: HeaderPair.State

    /// - Parameter bytes: The whole file.
    /// - Throws: ``CheckpointError``.
    package init(parsing bytes: Span<UInt8>) throws(CheckpointError) {
        let isPrimary = Self.isCopy(bytes, at: 0)
        let isShadow = Self.isCopy(bytes, at: Self.copyBytes)
        guard isPrimary || isShadow else { throw .corrupt }
        let start = isPrimary ? 0 : Self.copyBytes
        let copy = bytes.extracting(start..<start + Self.copyBytes)
        guard [0, 4].contains(copy.uint32(at: 667)), copy.uint32(at: 4) != DatabaseHeader.magic else {
            throw .notACheckpoint
        }
        lastFullBackupCheckpoint = LogPosition(copy, at: 4)
        checkpoint = LogPosition(copy, at: 12)
        logSignature = Signature(copy, at: 20)
        environment = LogEnvironment(copy, at: 48)
        fullBackup = LogStamp(position: LogPosition(copy, at: 615), time: LogTime(copy, at: 623))
        incrementalBackup = LogStamp(position: LogPosition(copy, at: 631), time: LogTime(copy, at: 639))
        databaseConsistency = LogPosition(copy, at: 648)
        fileType = copy.uint32(at: 667)
        let hasList = copy[647] & 1 != 0
        databases = hasList ? AttachedDatabase.list(copy, in: 679..<679 + 2048) : []
        state =
            if !isPrimary {
                .primaryBad
            } else if !isShadow {
                .shadowBad
            } else {
                bytes.array(0..<4096) == bytes.array(4096..<8192) ? .good : .shadowDiffers
            }
    }

    private static func isCopy(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
        guard bytes.count >= offset + copyBytes else { return false }
        return PageChecksum.isHeaderSumRight(bytes.extracting(offset..<offset + copyBytes))
    }
}

/// Why a file is not a checkpoint.
package enum CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Neither copy has a right checksum.
    case corrupt
    case notACheckpoint

    package var description: String {
        switch self {
        case .corrupt: "\(ErrorCode.checkpointCorrupt.label): neither copy of the checkpoint is intact"
        case .notACheckpoint: "the header is that of another kind of file"
        }
    }
}
