internal import ESE
internal import Platform

/// Reads a log into memory and again until its data is good, in case only the reading was wrong.
///
/// As the engine's own backup does with pages: up to sixteen times, with pauses that grow by 100 ms (format
/// notes 6.3). The log is kept whole, since what fails is known only at its end; engines make none longer than
/// ``longest``, and a longer one is read once, piece by piece.
final class LogReader: ByteStream {
    /// The engine's own limit for the size of a log.
    static let longest = 32 << 20
    private static let pieceBytes = 256 << 10

    private let file: SetFile
    private let source: WatchedFile
    private var held: [UInt8] = []
    private var offset = 0
    private var check: LogDataCheck?
    /// True when the log was bad first and good later.
    private(set) var isHealed = false
    /// The facts about the log, complete after ``read(_:)`` or the last ``fill(_:)``.
    private(set) var fact: LogFact

    /// - Parameter fact: What its header said when the set was listed.
    init(_ file: SetFile, _ fact: LogFact, _ source: WatchedFile) {
        self.file = file
        self.fact = fact
        self.source = source
    }

    private var isHeld: Bool { source.length <= Self.longest }

    /// Reads the log.
    ///
    /// - Parameter patience: How often a bad one is read again.
    func read(_ patience: ReadPatience) throws(BackupError) {
        guard isHeld else {
            let header = try source.bytes(at: 0, count: LogHeader.byteCount)
            check = (try? LogHeader(parsing: header.span)).map { LogDataCheck($0) }
            return
        }
        try take(source.bytes(at: 0, count: source.length))
        guard !fact.isIntact, fact.isMendable else { return }
        isHealed = try patience.retry { () throws(BackupError) in
            guard let bytes = try source.uncachedBytes(at: 0, count: source.length) else { return false }
            try take(bytes)
            return fact.isIntact
        }
    }

    /// Keeps what one reading gave, and looks what it is.
    private func take(_ bytes: [UInt8]) throws(BackupError) {
        held = bytes
        guard held.count == source.length else {
            throw source.changed("it ends at byte \(held.count), its length was \(source.length)")
        }
        do throws(LogHeaderError) {
            let header = try LogHeader(parsing: held.span)
            var check = LogDataCheck(header)
            check.append(held.span)
            fact = LogFact(name: file.name, header: header, fileBytes: held.count, data: check.finish())
        } catch { fact = LogFact(name: file.name, unreadable: error) }
    }

    func fill(_ target: inout MutableSpan<UInt8>) throws(BackupError) -> Int {
        guard isHeld else { return try fillThrough(&target) }
        let count = min(target.count, held.count - offset)
        for index in 0..<count { target[index] = held[offset + index] }
        offset += count
        return count
    }

    /// Passes a log on that is too long to keep, and checks it on the way.
    private func fillThrough(_ target: inout MutableSpan<UInt8>) throws(BackupError) -> Int {
        let count = try source.fill(&target)
        check?.append(target.span.extracting(0..<count))
        offset += count
        return count
    }

    func finish() throws(BackupError) {
        try source.finish()
        held = []
        guard !isHeld, let check, offset == source.length else { return }
        self.check = nil
        let header = try source.bytes(at: 0, count: LogHeader.byteCount)
        guard let header = try? LogHeader(parsing: header.span) else { return }
        fact = LogFact(name: file.name, header: header, fileBytes: offset, data: check.finish())
    }
}

extension LogFact {
    /// True for damage that another reading may not show: not for a wrong name or length.
    fileprivate var isMendable: Bool {
        problem == .logFileCorrupt || problem == .logTornWriteDuringHardRestore
    }
}
