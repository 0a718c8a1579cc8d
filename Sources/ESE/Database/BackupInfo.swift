internal import Platform

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
