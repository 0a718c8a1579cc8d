import Platform
import Synchronization
import TestSupport

/// The host's files; a byte of one of them is read wrongly a number of times.
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

    /// Reads of that byte from memory, and from the disk.
    let reads = Reads()
    let uncached = Reads()
    let base: any FileSystem = HostFileSystem()
    private let victim: String
    private let badReads: Int
    private let badUncached: Int
    private let place: Int

    /// - Parameters:
    ///   - badReads: So many reads of the byte from memory are wrong.
    ///   - badUncached: And so many from the disk.
    ///   - place: The byte; by default one of page 10 (of 8 KiB).
    init(_ victim: String, badReads: Int, badUncached: Int, place: Int = 11 * 8192 + 3000) {
        self.victim = victim
        self.badReads = badReads
        self.badUncached = badUncached
        self.place = place
    }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        let file = try base.open(path, mode)
        guard path == victim else { return file }
        return FlakyFile(file, place, (reads, badReads), (uncached, badUncached))
    }
}

/// Flips the byte in the first reads that include it.
private final class FlakyFile: OpenFileDecorator {
    let base: any OpenFile
    private let place: Int
    private let cached: (reads: FlakyFiles.Reads, bad: Int)
    private let uncached: (reads: FlakyFiles.Reads, bad: Int)

    init(
        _ file: any OpenFile, _ place: Int, _ cached: (FlakyFiles.Reads, Int),
        _ uncached: (FlakyFiles.Reads, Int)
    ) {
        base = file
        self.place = place
        self.cached = cached
        self.uncached = uncached
    }

    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        let got = try base.read(into: &target, at: offset)
        spoil(&target, offset, got, cached)
        return got
    }

    func readUncached(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        let got = try base.readUncached(into: &target, at: offset)
        spoil(&target, offset, got, uncached)
        return got
    }

    private func spoil(
        _ target: inout MutableSpan<UInt8>, _ offset: Int, _ got: Int,
        _ how: (reads: FlakyFiles.Reads, bad: Int)
    ) {
        guard (offset..<offset + got).contains(place), how.reads.next() <= how.bad else { return }
        target[place - offset] ^= 0xFF
    }
}
