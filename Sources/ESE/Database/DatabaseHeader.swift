internal import Platform

/// The DBFILEHDR at the start of every database (format notes 2).
///
/// Field for field what the bytes say; nothing is judged here but the format version.
package struct DatabaseHeader: Equatable, Sendable, Encodable {
    /// Bytes that hold fields; the rest of the page is zero but part of the checksum.
    package static let usedBytes = 748
    package static let magic = PageChecksum.seed

    package let checksum: UInt32
    package let version: UInt32
    package let updateMajor: UInt32
    package let updateMinor: UInt32
    package let createdVersion: UInt32
    package let createdUpdate: UInt32
    package let engineFormat: UInt32
    /// True for the obsolete companion file of an Exchange 2000 store.
    package let isStreamingFile: Bool
    /// 0 in files written before 2001.
    package let fileType: UInt32
    /// Page size in bytes.
    package let pageSize: Int
    /// Highest page update that the header knows of.
    package let dbtime: UInt64
    package let signature: Signature
    package let state: DatabaseState
    package let logSignature: Signature
    package let lastConsistent: LogStamp
    package let lastAttach: LogStamp
    package let lastDetach: LogStamp
    package let lastReattach: LogStamp
    package let dbid: UInt32
    /// How often the file was cut, and how often free pages were given back to the file system.
    package let shrinkCount: UInt32
    package let trimCount: UInt32
    package let isShadowed: Bool
    package let lastObjectID: UInt32
    package let logs: RequiredLogs
    package let backups: BackupHistory
    package let counters: MaintenanceCounters
    package let system: SystemVersion
    package let sortVersion: UInt64
    package let headerFlushSignature: Signature
    package let flushMapSignature: Signature

    /// Reads the fields of a header page whose checksum has been checked.
    ///
    /// - Throws: ``DatabaseHeaderError`` for a short page, another file's header, or a format before 1997.
    package init(parsing page: Span<UInt8>) throws(DatabaseHeaderError) {
        guard page.count >= Self.usedBytes else { throw .truncated(have: page.count) }
        guard page.uint32(at: 4) == Self.magic else { throw .wrongMagic(page.uint32(at: 4)) }
        guard page.uint32(at: 8) == 0x620 else { throw .unsupportedVersion(page.uint32(at: 8)) }
        guard let size = PageSize(field: page.uint32(at: 236)) else {
            throw .badPageSize(page.uint32(at: 236))
        }
        checksum = page.uint32(at: 0)
        version = page.uint32(at: 8)
        updateMajor = page.uint32(at: 232)
        updateMinor = page.uint32(at: 644)
        createdVersion = page.uint32(at: 340)
        createdUpdate = page.uint32(at: 344)
        engineFormat = page.uint32(at: 648)
        isStreamingFile = page.uint32(at: 12) == 1
        fileType = page.uint32(at: 667)
        pageSize = size.bytes
        dbtime = page.uint64(at: 16)
        signature = Signature(page, at: 24)
        state = DatabaseState(rawValue: page.uint32(at: 52))
        logSignature = Signature(page, at: 108)
        lastConsistent = LogStamp(position: LogPosition(page, at: 56), time: LogTime(page, at: 64))
        lastAttach = LogStamp(position: LogPosition(page, at: 80), time: LogTime(page, at: 72))
        lastDetach = LogStamp(position: LogPosition(page, at: 96), time: LogTime(page, at: 88))
        lastReattach = LogStamp(position: LogPosition(page, at: 572), time: LogTime(page, at: 564))
        dbid = page.uint32(at: 104)
        shrinkCount = page.uint32(at: 552)
        trimCount = page.uint32(at: 580)
        isShadowed = page[208] & 1 == 0
        lastObjectID = page.uint32(at: 212)
        logs = RequiredLogs(page)
        backups = BackupHistory(page)
        counters = MaintenanceCounters(page)
        system = SystemVersion(page)
        sortVersion = page.uint64(at: 508)
        headerFlushSignature = Signature(page, at: 584)
        flushMapSignature = Signature(page, at: 612)
    }

    /// True while the database is being created: pages may not have been written yet.
    package var isNew: Bool { state == .justCreated }

    /// True for the database in which an engine sorts and keeps temporary tables; it makes a new one at each start.
    ///
    /// Its creation never ends, it has the id that no other database has, and it is not logged. The type for it, 5, is
    /// hardly ever written.
    package var isTemporary: Bool {
        fileType == 5 || state == .justCreated && dbid == 0 && logSignature.isUnset
    }

    /// True for a copy made by the streaming backup that has not been restored yet.
    package var isBackupCopy: Bool { backups.currentFull.lowGeneration != 0 }
}

/// A place in the log and when it was reached.
package struct LogStamp: Hashable, Sendable, Encodable {
    package let position: LogPosition
    package let time: LogTime

    package init(position: LogPosition, time: LogTime) {
        self.position = position
        self.time = time
    }
}

/// Why a page is not the header of a database that this program reads.
package enum DatabaseHeaderError: Error, Equatable, Sendable, CustomStringConvertible {
    case truncated(have: Int)
    case wrongMagic(UInt32)
    case unsupportedVersion(UInt32)
    case badPageSize(UInt32)
    /// Neither header has a right checksum (-1018).
    case noValidHeader
    /// An intact header, but of a streaming file or another kind of file.
    case notADatabase(fileType: UInt32)

    package var description: String {
        switch self {
        case .truncated(let have): "the file has only \(have) bytes, too few for a database header"
        case .wrongMagic(let magic): "not a database: magic 0x\(Hexadecimal.lower(magic))"
        case .unsupportedVersion(let version):
            "database format 0x\(Hexadecimal.lower(version)) is not supported, only 0x620"
        case .badPageSize(let size): "the header names the page size \(size), which no database has"
        case .noValidHeader:
            "\(ErrorCode.readVerifyFailure.label): neither the header nor its shadow has a right checksum"
        case .notADatabase(let type): "the header is that of another kind of file (type \(type))"
        }
    }
}

/// The state of a database according to its header.
package struct DatabaseState: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let justCreated = Self(rawValue: 1)
    package static let dirtyShutdown = Self(rawValue: 2)
    package static let cleanShutdown = Self(rawValue: 3)
    package static let beingConverted = Self(rawValue: 4)
    package static let forceDetach = Self(rawValue: 5)
    package static let incrementalReseedInProgress = Self(rawValue: 6)
    package static let dirtyAndPatchedShutdown = Self(rawValue: 7)
    package static let revertInProgress = Self(rawValue: 8)
}

extension DatabaseState: CustomStringConvertible, Encodable {
    /// The engine's own wording, which programs parse.
    package var description: String {
        switch self {
        case .justCreated: "Just Created"
        case .dirtyShutdown: "Dirty Shutdown"
        case .cleanShutdown: "Clean Shutdown"
        case .beingConverted: "Being Converted"
        case .forceDetach: "Force Detach"
        case .incrementalReseedInProgress: "Incremental Reseed In Progress"
        case .dirtyAndPatchedShutdown: "Dirty and Patched Shutdown"
        case .revertInProgress: "Revert In Progress"
        default: "Unknown (\(rawValue))"
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
