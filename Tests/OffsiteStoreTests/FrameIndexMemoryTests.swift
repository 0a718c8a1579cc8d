import Foundation
import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// What an index of a sixteenth of the frames and packs that a job may have takes in memory, counted in a process of its own.
///
/// Its tables are a sixteenth as large as those of all: they grow by doubling. `HYBRIDREP_TORTURE` runs it.
@Suite struct FrameIndexMemoryTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let mark = "HYBRIDREP_COUNTS_MEMORY"
    private static let share = 16
    private static let isOn = (environment["HYBRIDREP_TORTURE"].flatMap { Int($0) } ?? 0) > 0
    private static let frames = 3 * 1_048_576 / share
    private static let packs = 131_072 / share
    /// Of which each frame has two copies.
    private static let twice = 65_536 / share

    @Test("an index at its limits stays within 256 MiB", .enabled(if: isOn, "needs HYBRIDREP_TORTURE"))
    func memory() throws {
        if Self.environment[Self.mark] != nil { return print("peak \(try Self.measure())") }
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let child = Process()
        child.executableURL = URL(fileURLWithPath: program)
        child.arguments = [
            "--testing-library", "swift-testing", "--filter", "FrameIndexMemoryTests",
        ]
        child.environment = Self.environment.merging([Self.mark: "1"]) { $1 }
        let output = Pipe()
        child.standardOutput = output
        try child.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        child.waitUntilExit()
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("peak ") }, "\(text)")
        let peak = try #require(Int(line.dropFirst(5)))
        // Next to the tables there is what does not grow with them.
        #expect(peak <= (256 << 20) / Self.share + (1 << 20), "\(peak) bytes")
    }

    /// Bytes that the process has at the most while it reads the indexes, beyond what it had before.
    private static func measure() throws -> Int {
        let base = MemoryFileSystem()
        let fixture = try StoreFixture(on: store(base), seed: 1)
        let names = (0..<packs).map { SHA256Hasher.hash(Array("\($0)".utf8).span) }
        var folders: [String: [String]] = [:]
        for name in names {
            let path = "/store/" + ObjectKey.pack(mdb01, name).path
            folders[PathText.folder(of: path), default: []].append(PathText.name(of: path))
        }
        let perPack = frames / packs
        // Four indexes, and one of copies.
        for part in 0..<4 {
            let index = PackIndex(
                (part * packs / 4..<(part + 1) * packs / 4).map { number in
                    pack(names[number], push: UInt64(number), perPack, length: 100)
                })
            _ = try fixture.store.put(
                .index, job: mdb01, index.encoded(job: fixture.job.id, store: fixture.storeID))
        }
        let copies = PackIndex(
            (0..<twice / perPack).map { number in
                pack(names[packs - 1 - number], push: UInt64(number), perPack, length: 200)
            })
        _ = try fixture.store.put(
            .index, job: mdb01, copies.encoded(job: fixture.job.id, store: fixture.storeID))
        let sample = try base.open("/sample", .create)
        try sample.write([UInt8](repeating: 1, count: 1 << 20).span, at: 0)
        let files = ManyPacks(base, folders, try #require(base.status("/sample")))
        let repository = try Repository(store(files), job: mdb01)
        let before = try resident("VmRSS")
        // What the process had at the most is forgotten.
        try "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
        let index = try repository.frames()
        let peak = try resident("VmHWM")
        #expect(index.packNames.count == packs)
        #expect(index.copies.count == twice / perPack * perPack)
        #expect(index[FrameID(push: UInt64(packs - 1), counter: UInt64(perPack - 1))] != nil)
        return peak - before
    }

    private static func store(_ files: any FileSystem) -> LocalStoreService {
        LocalStoreService(
            directory: "/store", files: files, clock: FixedClock(), entropy: SeededEntropy(seed: 1))
    }

    private static func pack(
        _ name: Digest256, push: UInt64, _ count: Int, length: Int
    ) -> PackIndex.Pack {
        let entries = (0..<count).map { number in
            PackFooter.Entry(
                frame: FrameID(push: push, counter: UInt64(number)), offset: 48 + number * length,
                length: length, records: 1)
        }
        return PackIndex.Pack(name: name, length: 1 << 20, frames: entries)
    }

    private static func resident(_ field: String) throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(field + ":") })
        return try #require(
            line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) }) << 10
    }

    /// Files among which are packs that nobody has made.
    private final class ManyPacks: FileSystemDecorator {
        let base: any FileSystem
        private let folders: [String: [String]]
        private let pack: FileStatus

        init(_ base: any FileSystem, _ folders: [String: [String]], _ pack: FileStatus) {
            self.base = base
            self.folders = folders
            self.pack = pack
        }

        func list(_ folder: String) throws(SystemError) -> [String] {
            if let names = folders[folder] { return names }
            if folder.hasSuffix("/packs") { return folders.keys.map { PathText.name(of: $0) } }
            return try base.list(folder)
        }

        func status(_ path: String) throws(SystemError) -> FileStatus? {
            folders[PathText.folder(of: path)] == nil ? try base.status(path) : pack
        }
    }
}
