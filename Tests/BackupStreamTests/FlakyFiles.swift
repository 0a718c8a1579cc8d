import Platform
import Synchronization
import TestSupport

/// The host's files; a byte of one of them is read wrongly a number of times, or not at all.
struct FlakyFiles: FileSystemDecorator {
    final class Reads: Sendable {
        private let state = Mutex(0)
        var count: Int { state.withLock { $0 } }
        func next() -> Int {
            state.withLock {
                $0 += 1
                return $0
            }
        }
    }

    /// Which of the bad reads are errors of the disk.
    enum Failures { case none, uncached, all }

    /// Reads of that byte from memory, and from the disk.
    let reads = Reads()
    let uncached = Reads()
    let base: any FileSystem = HostFileSystem()
    private let victim: String
    private let badReads: Int
    private let badUncached: Int
    private let place: Int
    private let mirror: Int?
    private let failures: Failures

    /// - Parameters:
    ///   - badReads: So many reads of the byte from memory are wrong.
    ///   - badUncached: And so many from the disk.
    ///   - place: The byte; by default one of page 10 (of 8 KiB).
    ///   - mirror: Another byte that is wrong whenever the first is.
    init(
        _ victim: String, badReads: Int, badUncached: Int, place: Int = 11 * 8192 + 3000, mirror: Int? = nil,
        failures: Failures = .none
    ) {
        self.mirror = mirror
        self.failures = failures
        self.victim = victim
        self.badReads = badReads
        self.badUncached = badUncached
        self.place = place
    }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        let file = try base.open(path, mode)
        guard path == victim else { return file }
        return FlakyFile(file, place, mirror, failures, (reads, badReads), (uncached, badUncached))
    }
}

/// Flips the byte in the first reads that include it, or fails them.
private final class FlakyFile: OpenFileDecorator {
    let base: any OpenFile
    private static let inputOutputCode: Int32 = 5
    private let place: Int
    private let mirror: Int?
    private let failures: FlakyFiles.Failures
    private let cached: (reads: FlakyFiles.Reads, bad: Int)
    private let uncached: (reads: FlakyFiles.Reads, bad: Int)

    init(
        _ file: any OpenFile, _ place: Int, _ mirror: Int?, _ failures: FlakyFiles.Failures,
        _ cached: (FlakyFiles.Reads, Int), _ uncached: (FlakyFiles.Reads, Int)
    ) {
        self.mirror = mirror
        self.failures = failures
        base = file
        self.place = place
        self.cached = cached
        self.uncached = uncached
    }

    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        let got = try base.read(into: &target, at: offset)
        try spoil(&target, offset, got, cached, fails: failures == .all)
        return got
    }

    func readUncached(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        let got = try base.readUncached(into: &target, at: offset)
        try spoil(&target, offset, got, uncached, fails: failures != .none)
        return got
    }

    private func spoil(
        _ target: inout MutableSpan<UInt8>, _ offset: Int, _ got: Int,
        _ how: (reads: FlakyFiles.Reads, bad: Int), fails: Bool
    ) throws(SystemError) {
        let range = offset..<offset + got
        guard range.contains(place), how.reads.next() <= how.bad else { return }
        if fails { throw SystemError(call: "read", path: path, code: Self.inputOutputCode) }
        target[place - offset] ^= 0xFF
        if let mirror, range.contains(mirror) { target[mirror - offset] ^= 0xFF }
    }
}
