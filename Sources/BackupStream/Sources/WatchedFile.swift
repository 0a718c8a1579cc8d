internal import Platform

/// A source file that must not change while it is read.
///
/// Status is taken when it is opened and compared, by descriptor and by name, when all was read. Its length is
/// the one it had at the start; a file that grew or shrank has changed. Where the disk gives an error for a
/// piece, it is read again.
final class WatchedFile: ByteStream {
    /// A multiple of every page size, and small enough to stay in a core's cache from reading to fingerprints.
    static let pieceBytes = 256 << 10

    let path: String
    let file: any OpenFile
    let before: FileStatus
    private let files: any FileSystem
    private let patience: ReadPatience?
    private var offset = 0
    /// Pieces that the disk gave only when it was asked again.
    private(set) var healedReads = 0

    /// - Parameter patience: How often a piece is read again for which the disk gives an error; nil for never.
    init(
        opening path: String, in files: any FileSystem, _ patience: ReadPatience? = nil
    ) throws(BackupError) {
        self.path = path
        self.files = files
        self.patience = patience
        do throws(SystemError) {
            file = try files.open(path, .read)
            before = try file.status()
        } catch { throw .source(error) }
        guard before.kind == .regular else {
            throw BackupError(.sourceFailed, "read \(path): not a regular file")
        }
    }

    var length: Int { before.length }

    var seekable: WatchedFile? { self }

    func fill(_ target: inout MutableSpan<UInt8>) throws(BackupError) -> Int {
        let count = min(target.count, length - offset)
        var piece = target._mutatingExtracting(0..<count)
        try fill(&piece, at: offset)
        offset += count
        return count
    }

    /// Fills all of `target` from `start`, apart from the stream.
    func fill(_ target: inout MutableSpan<UInt8>, at start: Int) throws(BackupError) {
        let got: Int
        do throws(SystemError) { got = try file.read(into: &target, at: start) } catch {
            let bytes = try self.bytes(after: error, at: start, count: target.count)
            for index in bytes.indices { target[index] = bytes[index] }
            got = bytes.count
        }
        guard got == target.count else {
            throw changed("it ends at byte \(start + got), its length was \(length)")
        }
    }

    /// The next bytes from `start` on that are no hole; empty at the end when there are none.
    ///
    /// Where the file system fails to say, all is data: reading it will tell.
    func data(from start: Int) -> Range<Int> {
        do throws(SystemError) {
            guard let found = try file.data(from: start) else { return length..<length }
            return min(found.lowerBound, length)..<min(found.upperBound, length)
        } catch { return start..<length }
    }

    /// Bytes that are no hole, counted as they are read; all where the file system fails to say.
    var dataBytes: Int { (try? file.dataBytes(inPiecesOf: WatchedFile.pieceBytes)) ?? length }

    /// Up to `count` bytes from `start`, apart from the stream.
    func bytes(at start: Int, count: Int) throws(BackupError) -> [UInt8] {
        let count = min(count, max(0, length - start))
        do throws(SystemError) { return try file.bytes(at: start, count: count) } catch {
            return try bytes(after: error, at: start, count: count)
        }
    }

    /// The same from the disk, past what memory holds of the file, where that can be done.
    ///
    /// - Returns: Nil when the disk gives an error for them.
    func uncachedBytes(at start: Int, count: Int) throws(BackupError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: min(count, max(0, length - start)))
        var target = bytes.mutableSpan
        let got: Int
        do throws(SystemError) { got = try file.readUncached(into: &target, at: start) } catch {
            if error.isInputOutput { return nil }
            throw .source(error)
        }
        bytes.removeLast(bytes.count - got)
        return bytes
    }

    /// Bytes whose reading failed, read again.
    ///
    /// - Throws: The first error, when the disk keeps giving one.
    private func bytes(
        after error: SystemError, at start: Int, count: Int
    ) throws(BackupError) -> [UInt8] {
        guard error.isInputOutput, let patience else { throw .source(error) }
        var bytes: [UInt8]?
        _ = try patience.retry { () throws(BackupError) in
            bytes = try uncachedBytes(at: start, count: count)
            return bytes != nil
        }
        guard let bytes else { throw .source(error) }
        healedReads += 1
        return bytes
    }

    func finish() throws(BackupError) {
        let after: FileStatus
        let named: FileStatus?
        do throws(SystemError) {
            after = try file.status()
            named = try files.status(path)
        } catch { throw .source(error) }
        if after.length != before.length {
            throw changed("its length was \(before.length), now it is \(after.length)")
        }
        if after.modified != before.modified { throw changed("it was written at \(after.modified)") }
        guard let named, named.inode == before.inode, named.device == before.device else {
            throw changed("another file has its name now")
        }
    }

    func changed(_ how: String) -> BackupError {
        BackupError(
            .sourceFailed, "read \(path): changed while it was read: \(how)",
            hint: "back up a snapshot, or a file that its producer has finished")
    }
}

/// How often what is bad is read again: up to sixteen times, with pauses that grow by 100 ms (format notes 6.3).
///
/// After something that stayed bad the disk has had its chance, and the next ones are read again just once.
final class ReadPatience {
    private static let patientTries = 16
    private static let doubtfulTries = 2
    private static let pauseMilliseconds = 100

    private let clock: any Clock
    private var tries: Int

    init(_ clock: any Clock) {
        self.clock = clock
        tries = Self.patientTries
    }

    private init(_ clock: any Clock, tries: Int) {
        self.clock = clock
        self.tries = tries
    }

    /// Backoff that has not been tried yet.
    func renewed() -> ReadPatience { ReadPatience(clock) }

    /// A little patience, for what may well be as it should be.
    func doubtful() -> ReadPatience { ReadPatience(clock, tries: Self.doubtfulTries) }

    /// Reads again until it is good; false when it stayed bad.
    func retry(_ read: () throws(BackupError) -> Bool) throws(BackupError) -> Bool {
        for attempt in 1...tries {
            clock.sleep(milliseconds: attempt * Self.pauseMilliseconds)
            if try read() { return true }
        }
        tries = 1
        return false
    }
}
