internal import Platform

/// The first 4096 bytes of a transaction log (format notes 5.2).
package struct LogHeader: Equatable, Sendable, Encodable {
    package static let byteCount = 4096

    package let checksum: UInt32
    /// The log's place in its stream; the file's name only repeats it.
    package let generation: Int32
    package let sectorBytes: Int
    package let headerSectors: Int
    package let fileSectors: Int
    /// Page size of the databases in bytes.
    package let pageSize: Int
    package let created: LogTime
    /// Creation time of the generation before; unset in the first.
    package let previousCreated: LogTime
    package let version: LogVersion
    package let signature: Signature
    package let environment: LogEnvironment
    package let usesReserve: Bool
    package let isCircular: Bool
    package let wasCircular: Bool
    /// The checkpoint when this log was begun.
    package let checkpoint: LogPosition
    /// Accumulated segment checksum of the generation before; 0 when this engine keeps none.
    package let previousSegmentSum: UInt64
    /// 3 for a log, 0 in old files.
    package let fileType: UInt32
    package let databases: [AttachedDatabase]

    /// Bytes the whole file must have.
    package var fileBytes: Int { sectorBytes * fileSectors }

    /// - Parameter bytes: The start of the file, at least ``byteCount`` bytes.
    /// - Throws: ``LogHeaderError``.
    package init(parsing bytes: Span<UInt8>) throws(LogHeaderError) {
        guard bytes.count >= Self.byteCount else { throw .truncated(have: bytes.count) }
        let header = bytes.extracting(0..<Self.byteCount)
        guard PageChecksum.isHeaderSumRight(header) else {
            throw LogReserve.isUnused(header) ? .neverUsed : .badChecksum
        }
        let major = header.uint32(at: 32)
        guard Self.isPlausible(header) else { throw .notALog }
        guard (7...8).contains(major) else { throw .unsupportedVersion(major) }
        checksum = header.uint32(at: 0)
        generation = Int32(bitPattern: header.uint32(at: 4))
        sectorBytes = Int(header.uint16(at: 8))
        headerSectors = Int(header.uint16(at: 10))
        fileSectors = Int(header.uint16(at: 12))
        pageSize = header.uint16(at: 14) == 0 ? 4096 : Int(header.uint16(at: 14))
        created = LogTime(header, at: 16)
        previousCreated = LogTime(header, at: 24)
        version = LogVersion(
            major: major, minor: header.uint32(at: 36), update: header.uint32(at: 40),
            updateMinor: header.uint32(at: 648))
        signature = Signature(header, at: 44)
        environment = LogEnvironment(header, at: 72)
        usesReserve = header[639] & 1 != 0
        isCircular = header[639] & 2 != 0
        wasCircular = header[639] & 4 != 0
        checkpoint = LogPosition(header, at: 640)
        previousSegmentSum = header.uint64(at: 653)
        fileType = header.uint32(at: 667)
        databases = AttachedDatabase.list(header, in: 671..<671 + 2048)
    }

    /// True when a header with a right checksum is that of a log, whatever its version.
    ///
    /// - Parameter header: ``byteCount`` bytes.
    static func isPlausible(_ header: Span<UInt8>) -> Bool {
        let type = header.uint32(at: 667)
        guard type == 3 || type == 0 else { return false }
        let sector = Int(header.uint16(at: 8))
        return [512, 1024, 2048, 4096].contains(sector) && sector * Int(header.uint16(at: 10)) == byteCount
            && Int32(bitPattern: header.uint32(at: 4)) > 0
    }
}

/// The format of a log; a later one is greater.
package struct LogVersion: Comparable, Sendable, Encodable, CustomStringConvertible {
    package let major: UInt32
    package let minor: UInt32
    package let update: UInt32
    package let updateMinor: UInt32

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor, left.update, left.updateMinor)
            < (right.major, right.minor, right.update, right.updateMinor)
    }

    /// `(8.4000.4.4)`.
    package var description: String { "(\(major).\(minor).\(update).\(updateMinor))" }
}

/// Why a file is not a transaction log that this program reads.
package enum LogHeaderError: Error, Equatable, Sendable, CustomStringConvertible {
    case truncated(have: Int)
    case badChecksum
    /// A reserve or prepared log that holds nothing yet.
    case neverUsed
    case notALog
    case unsupportedVersion(UInt32)

    package var description: String {
        switch self {
        case .truncated, .badChecksum: "\(ErrorCode.logFileCorrupt.label): \(fault)"
        case .unsupportedVersion: "\(ErrorCode.badLogVersion.label): \(fault)"
        case .neverUsed, .notALog: fault
        }
    }

    /// The same without a code.
    var fault: String {
        switch self {
        case .truncated(let have): "only \(have) bytes of a log header"
        case .badChecksum: "log header checksum is wrong"
        case .neverUsed: "holds no log yet"
        case .notALog: "the header is that of another kind of file"
        case .unsupportedVersion(let major): "log version \(major) is neither 7 nor 8"
        }
    }
}

/// Logs that were made ahead of need (format notes 5.1).
enum LogReserve {
    /// True for a header never written: all zero, or the fill pattern 0x0A, 0x1A … 0xFA of older engines.
    static func isUnused(_ header: Span<UInt8>) -> Bool {
        let isFill = header[0] != 0
        for index in header.indices {
            if isFill ? header[index] & 0x0F != 0x0A : header[index] != 0 { return false }
        }
        return true
    }
}
