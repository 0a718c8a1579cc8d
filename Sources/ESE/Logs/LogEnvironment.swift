internal import Platform

/// The parameters an engine instance ran with, as log headers and checkpoints keep them (547 bytes).
package struct LogEnvironment: Equatable, Sendable, Encodable {
    static let byteCount = 261 /* system path */ + 261 /* log path */ + 1 /* circular */ + 24
    package let systemPath: String
    package let logPath: String
    package let isCircular: Bool
    package let sessions: UInt32
    package let openTables: UInt32
    package let versionPages: UInt32
    package let cursors: UInt32
    package let logBuffers: UInt32
    /// Sectors of one log file.
    package let logSectors: UInt32

    /// The block of `bytes` from `offset`; traps past the end.
    init(_ bytes: Span<UInt8>, at offset: Int) {
        systemPath = LegacyText.string(bytes.array(offset..<offset + 261))
        logPath = LegacyText.string(bytes.array(offset + 261..<offset + 522))
        isCircular = bytes[offset + 522] & 1 != 0
        sessions = bytes.uint32(at: offset + 523)
        openTables = bytes.uint32(at: offset + 527)
        versionPages = bytes.uint32(at: offset + 531)
        cursors = bytes.uint32(at: offset + 535)
        logBuffers = bytes.uint32(at: offset + 539)
        logSectors = bytes.uint32(at: offset + 543)
    }
}
