internal import Platform

/// Which log generations recovery of the database needs.
///
/// All zero when the database was shut down cleanly.
package struct RequiredLogs: Equatable, Sendable, Encodable {
    package let minimum: Int32
    package let maximum: Int32
    /// Up to here nothing that was committed is lost.
    package let committed: Int32
    package let minimumConsistent: Int32
    package let recovering: Int32
    package let preRedoMinimum: Int32
    /// Creation time of log `maximum`; newer engines only.
    package let maximumCreated: LogTime
    /// Creation time of log `committed`, of log `maximum` where the engine knows no committed one.
    package let committedCreated: LogTime

    init(_ page: Span<UInt8>) {
        minimum = Int32(bitPattern: page.uint32(at: 296))
        maximum = Int32(bitPattern: page.uint32(at: 300))
        committed = Int32(bitPattern: page.uint32(at: 416))
        minimumConsistent = Int32(bitPattern: page.uint32(at: 640))
        recovering = Int32(bitPattern: page.uint32(at: 536))
        preRedoMinimum = Int32(bitPattern: page.uint32(at: 684))
        maximumCreated = LogTime(page, at: 672)
        committedCreated = LogTime(page, at: 348)
    }
}

/// The backups that the database remembers.
package struct BackupHistory: Equatable, Sendable, Encodable {
    package let previousFull: BackupInfo
    package let previousIncremental: BackupInfo
    package let previousCopy: BackupInfo
    package let previousDifferential: BackupInfo
    /// Set in a backup copy, and in a database that is being backed up.
    package let currentFull: BackupInfo
    package let currentSnapshot: BackupInfo

    init(_ page: Span<UInt8>) {
        previousFull = BackupInfo(page, at: 136)
        previousIncremental = BackupInfo(page, at: 160)
        previousCopy = BackupInfo(page, at: 420)
        previousDifferential = BackupInfo(page, at: 444)
        currentFull = BackupInfo(page, at: 184)
        currentSnapshot = BackupInfo(page, at: 316)
    }
}

/// How often something happened, when last, and how often before the counter was reset.
package struct EventCounter: Equatable, Sendable, Encodable {
    package let count: UInt32
    package let last: LogTime
    package let earlier: UInt32

    init(_ page: Span<UInt8>, at offset: Int, earlierAt: Int) {
        count = page.uint32(at: offset)
        last = LogTime(page, at: offset + 4)
        earlier = page.uint32(at: earlierAt)
    }
}

/// Repairs, corrections and scans on record.
package struct MaintenanceCounters: Equatable, Sendable, Encodable {
    package let repairs: EventCounter
    package let eccFixes: EventCounter
    package let failedECCFixes: EventCounter
    package let badChecksums: EventCounter
    package let incrementalReseeds: EventCounter
    package let patchedPages: EventCounter
    package let scrubDbtime: UInt64
    package let scrubbed: LogTime
    package let upgraded55Pages: Int32
    package let upgradedFreePages: Int32
    package let upgradedSpaceMapPages: Int32
    package let scanFinished: LogTime
    package let scanStarted: LogTime
    package let scanPage: UInt32

    init(_ page: Span<UInt8>) {
        repairs = EventCounter(page, at: 240, earlierAt: 364)
        eccFixes = EventCounter(page, at: 368, earlierAt: 380)
        failedECCFixes = EventCounter(page, at: 384, earlierAt: 396)
        badChecksums = EventCounter(page, at: 400, earlierAt: 412)
        incrementalReseeds = EventCounter(page, at: 476, earlierAt: 488)
        patchedPages = EventCounter(page, at: 492, earlierAt: 504)
        scrubDbtime = page.uint64(at: 280)
        scrubbed = LogTime(page, at: 288)
        upgraded55Pages = Int32(bitPattern: page.uint32(at: 304))
        upgradedFreePages = Int32(bitPattern: page.uint32(at: 308))
        upgradedSpaceMapPages = Int32(bitPattern: page.uint32(at: 312))
        scanFinished = LogTime(page, at: 516)
        scanStarted = LogTime(page, at: 524)
        scanPage = page.uint32(at: 532)
    }
}

/// The operating system that attached the database last.
package struct SystemVersion: Equatable, Sendable, Encodable, CustomStringConvertible {
    package let major: UInt32
    package let minor: UInt32
    package let build: UInt32
    package let servicePack: UInt32

    init(_ page: Span<UInt8>) {
        major = page.uint32(at: 216)
        minor = page.uint32(at: 220)
        build = page.uint32(at: 224)
        servicePack = page.uint32(at: 228)
    }

    /// `10.0.20348 SP 0`.
    package var description: String { "\(major).\(minor).\(build) SP \(servicePack)" }
}

/// A BKINFO: when a backup was taken and which logs belong to it.
package struct BackupInfo: Hashable, Sendable, Encodable {
    package static let byteCount = 24
    /// The tip of the log when the backup began.
    package let mark: LogPosition
    package let time: LogTime
    package let lowGeneration: UInt32
    /// 0 in the header of a backup copy, until restore fills it in from the trailer.
    package let highGeneration: UInt32

    package init(mark: LogPosition, time: LogTime, lowGeneration: UInt32, highGeneration: UInt32) {
        self.mark = mark
        self.time = time
        self.lowGeneration = lowGeneration
        self.highGeneration = highGeneration
    }

    /// The 24 bytes of `bytes` from `offset`; traps past the end.
    package init(_ bytes: Span<UInt8>, at offset: Int) {
        mark = LogPosition(bytes, at: offset)
        time = LogTime(bytes, at: offset + 8)
        lowGeneration = bytes.uint32(at: offset + 16)
        highGeneration = bytes.uint32(at: offset + 20)
    }

    /// True when no backup of this kind is on record.
    package var isUnset: Bool { lowGeneration == 0 && highGeneration == 0 && mark.isUnset }
}
