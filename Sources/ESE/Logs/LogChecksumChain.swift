internal import Platform

/// The data of a log of version 7: a chain of checksum records (format notes 5.4).
///
/// Each covers some bytes before it and some after it, and names the place of the next. The bytes pass once:
/// a running exclusive or over everything so far gives that of any range from its two ends.
struct LogChecksumChain: Sendable {
    /// Records whose ranges are open at one time; an engine's do not overlap.
    private static let openLimit = 16
    private static let unit = LogDataCheck.segmentBytes

    private let generation: Int32
    private let sectorBytes: Int
    private let fileBytes: Int
    /// The last two units of the file, in which every record that can be read is now with its bytes before.
    private var window: [UInt8] = []
    private var windowStart = LogHeader.byteCount
    /// Everything before this offset is in ``running``.
    private var position = LogHeader.byteCount
    private var running = LaneSum()
    /// Offset of the next record; nil after the last.
    private var next: Int? = LogHeader.byteCount
    /// Ranges that have begun and not ended, by their ends.
    private var open: [OpenRange] = []
    private var problem: LogDataProblem?
    private var records = 0
    private var last: Int?

    private struct OpenRange {
        let record: LogChecksumRecord
        let at: Int
        let start: Int
        let end: Int
        /// Everything before `start`.
        let before: LaneSum
        /// The sum in the record, except for the bytes after it.
        let expected: UInt32
        let isShort: Bool
    }

    init(_ header: LogHeader) {
        generation = header.generation
        sectorBytes = header.sectorBytes
        fileBytes = header.fileBytes
    }

    mutating func append(_ unit: Span<UInt8>) {
        guard problem == nil, next != nil || !open.isEmpty else { return }
        if window.count > Self.unit {
            window.removeFirst(window.count - Self.unit)
            windowStart = position - Self.unit
        }
        window.append(copying: unit)
        let end = windowStart + window.count
        while problem == nil {
            let header = next.map { $0 + LogChecksumRecord.byteCount }
            guard let event = [open.first?.end, header].compactMap({ $0 }).min(), event <= end else { break }
            advance(to: event)
            if let range = open.first, range.end == event {
                open.removeFirst()
                verify(range)
            } else if let at = next {
                read(at)
            }
        }
        advance(to: end)
    }

    private mutating func advance(to offset: Int) {
        var sum = running
        sum.add(window.span.extracting(position - windowStart..<offset - windowStart), at: position)
        running = sum
        position = offset
    }

    /// Reads the record at `offset` and opens its ranges; ``position`` is right after it.
    private mutating func read(_ offset: Int) {
        let start = offset - windowStart
        let record = LogChecksumRecord(window.span, at: start)
        if let words = record.fault(at: offset, sectorBytes: sectorBytes, fileBytes: fileBytes) {
            return note(offset, words)
        }
        records += 1
        last = offset
        next = record.toNext == 0 ? nil : position + record.toNext
        var before = LaneSum()
        before.add(window.span.extracting(start - record.backward..<start), at: 0)
        let fields = record.fields(generation: generation) ^ before.value
        open(record, offset, end: position + record.forward, record.checksum ^ fields, isShort: false)
        if record.hasShort {
            let sectorEnd = (offset / sectorBytes + 1) * sectorBytes
            open(record, offset, end: sectorEnd, record.shortChecksum ^ fields, isShort: true)
        }
        if open.count > Self.openLimit { note(offset, "more than \(Self.openLimit) records overlap here") }
    }

    private mutating func open(
        _ record: LogChecksumRecord, _ offset: Int, end: Int, _ expected: UInt32, isShort: Bool
    ) {
        let range = OpenRange(
            record: record, at: offset, start: position, end: end, before: running, expected: expected,
            isShort: isShort)
        open.insert(range, at: open.firstIndex { $0.end > end } ?? open.count)
    }

    private mutating func verify(_ range: OpenRange) {
        let sum = running.since(range.before, start: range.start)
        let seed = range.isShort ? LogChecksumRecord.shortSeed : LogChecksumRecord.seed
        let difference = range.expected ^ seed ^ sum
        guard difference != 0 else { return }
        if !range.isShort, difference == LogChecksumRecord.shadowMark {
            return note(range.at, "a shadow stands in the place of the record")
        }
        let stored = range.isShort ? range.record.shortChecksum : range.record.checksum
        note(
            range.at,
            "\(range.isShort ? "short " : "")checksum failed, stored 0x\(Hexadecimal.lower(stored)), "
                + "computed 0x\(Hexadecimal.lower(stored ^ difference))")
    }

    private mutating func note(_ offset: Int, _ words: String) {
        guard problem == nil else { return }
        problem = LogDataProblem(
            at: offset, "record at byte \(offset) (sector \(offset / sectorBytes)): \(words)")
    }

    consuming func finish() -> LogDataReport {
        var problem = problem
        if problem == nil, next != nil || !open.isEmpty {
            problem = LogDataProblem(at: position, "the file ends before its last record")
        }
        return LogDataReport(
            problem: problem, used: records, shadows: 0, stale: 0, accumulatedSum: nil,
            last: last.map {
                LogPosition(
                    generation: generation, sector: UInt16(clamping: $0 / sectorBytes),
                    byte: UInt16($0 % sectorBytes))
            })
    }
}

/// An LRCHECKSUM: 22 bytes that hold the sum of what was written with them (format notes 5.4).
struct LogChecksumRecord: Equatable {
    static let byteCount = 22
    static let seed: UInt32 = 0xFEED_BEAF
    static let shortSeed: UInt32 = 0xDEAD_C0DE
    /// By which the sum of a shadow sector differs.
    static let shadowMark: UInt32 = 0x5AD0_5EC7
    private static let type: UInt8 = 42
    private static let shortOn: UInt8 = 0x9A
    private static let shortOff: UInt8 = 0xD1

    let type: UInt8
    /// Bytes covered before the record.
    let backward: Int
    /// Bytes covered after it.
    let forward: Int
    /// From the end of this record to the next; 0 in the last.
    let toNext: Int
    let checksum: UInt32
    /// The same up to the end of the record's sector.
    let shortChecksum: UInt32
    private let shortFlag: UInt8

    /// The bytes of `bytes` from `offset`; traps past the end.
    init(_ bytes: Span<UInt8>, at offset: Int) {
        type = bytes[offset]
        backward = Int(bytes.uint32(at: offset + 1))
        forward = Int(bytes.uint32(at: offset + 5))
        toNext = Int(bytes.uint32(at: offset + 9))
        checksum = bytes.uint32(at: offset + 13)
        shortChecksum = bytes.uint32(at: offset + 17)
        shortFlag = bytes[offset + 21]
    }

    var hasShort: Bool { shortFlag == Self.shortOn }

    /// The part of both sums that is in the record itself.
    func fields(generation: Int32) -> UInt32 {
        UInt32(truncatingIfNeeded: backward) ^ UInt32(truncatingIfNeeded: forward)
            ^ UInt32(truncatingIfNeeded: toNext) ^ UInt32(shortFlag) ^ UInt32(bitPattern: generation)
    }

    /// Why no engine wrote this record, if none did.
    ///
    /// - Parameter offset: Its offset in the file.
    func fault(at offset: Int, sectorBytes: Int, fileBytes: Int) -> String? {
        let end = offset + Self.byteCount
        if type != Self.type { return "is of type \(type), a checksum record is of type 42" }
        if shortFlag != Self.shortOn && shortFlag != Self.shortOff {
            return "its short sum is neither on nor off (0x\(Hexadecimal.lower(shortFlag)))"
        }
        if backward > sectorBytes - Self.byteCount || offset - backward < LogHeader.byteCount {
            return "covers \(backward) bytes before it, more than a sector has"
        }
        if forward > fileBytes - end { return "covers \(forward) bytes behind it, more than the file has" }
        if toNext > fileBytes - end - (toNext == 0 ? 0 : Self.byteCount) {
            return "names a next record \(toNext) bytes behind it, where the file has none"
        }
        if hasShort {
            return offset % sectorBytes > sectorBytes - Self.byteCount ? "crosses its sector's end" : nil
        }
        return shortChecksum == 0 ? nil : "has a short sum that is off"
    }
}

/// An exclusive or of bytes in four lanes, by their offset in the file modulo four.
///
/// The sum of 32-bit words counted from any byte is such a sum, rotated.
struct LaneSum: Equatable, Sendable {
    private(set) var value: UInt32 = 0

    /// Adds bytes that stand at `offset`.
    mutating func add(_ bytes: Span<UInt8>, at offset: Int) {
        let body = bytes.count / 64 * 64
        if body > 0 {
            let words = PageKernel.wordXor(bytes.extracting(0..<body))
            value ^= Self.rotated(words, lanes: offset)
        }
        for index in body..<bytes.count {
            let lane = UInt32(truncatingIfNeeded: (offset + index) & 3)
            value ^= UInt32(bytes[index]) &<< (lane * 8)
        }
    }

    /// The sum of the bytes from `start` on that were added after `before`, as words counted from `start`.
    func since(_ before: LaneSum, start: Int) -> UInt32 {
        Self.rotated(value ^ before.value, lanes: -start)
    }

    /// Moves every byte of a word up by `lanes` modulo four.
    private static func rotated(_ word: UInt32, lanes: Int) -> UInt32 {
        let bits = UInt32(truncatingIfNeeded: lanes & 3) * 8
        return word &<< bits | word &>> (32 &- bits)
    }
}
