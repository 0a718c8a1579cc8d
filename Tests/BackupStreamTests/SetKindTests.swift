import BackupStream
import ESE
import Platform
import TestSupport
import Testing

/// The kinds of sets that servers leave behind, through a backup.
@Suite struct SetKindTests {
    let bench: Bench
    var folder: String { bench.path("set") }
    var source: SourceSpecification { .ese(path: folder, logs: nil) }
    init() throws { bench = try Bench() }

    func write(_ bytes: [UInt8], _ name: String) throws {
        try bench.files.open(folder + "/" + name, .create).write(bytes.span, at: 0)
    }

    /// A database of its own that belongs to the same log stream.
    func second(_ change: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
        let database = ESEDatabase {
            $0.seed = 2
            $0.pages = 20
            $0.required = .init(2...4)
        }
        var bytes = database.bytes()
        var header = database.header()
        header.put(ESELog.signature(seed: 1), at: 108)
        change(&header)
        header.sealHeader()
        for slot in 0..<2 { bytes.put(header, at: slot * header.count) }
        return bytes
    }

    /// The companion of a database of Exchange 2000.
    func streamingFile() -> [UInt8] {
        var header = ESEDatabase().header()
        header.put(UInt32(1), at: 12)
        header.put(UInt32(2), at: 667)
        header.sealHeader()
        return header + header + [UInt8](repeating: 0x5A, count: 8192)
    }

    @Test("a storage group: two databases, a streaming file, one log stream")
    func storageGroup() throws {
        try ESESet(isDirty: true).write(to: folder)
        try write(second(), "priv2.edb")
        try write(streamingFile(), "mdb01.stm")
        let result = try bench.backup(source)
        #expect(result.health == .good)
        #expect(
            result.manifest.members.map(\.name) == ["mdb01.edb", "priv2.edb", "mdb01.stm"]
                + ESELog.names(1...4) + ["E00.chk"])
        #expect(result.manifest.members[2].kind == .streaming)
        #expect(
            result.manifest.databases.map(\.verdict?.text) == [
                "recoverable, complete: needs logs 1-4 (0x1-0x4)",
                "recoverable, complete: needs logs 2-4 (0x2-0x4)",
            ])
        #expect(
            result.manifest.warnings == [
                "mdb01.stm: its pages have no checksums of their own and were not checked"
            ])
    }

    @Test("one database that cannot be recovered fails the group")
    func oneOfTwo() throws {
        try ESESet(isDirty: true).write(to: folder)
        try write(second { $0.put(Int32(9), at: 300) }, "priv2.edb")
        let error = try bench.failure(of: source)
        #expect(error.exitCode == 21)
        #expect(error.detail.hasPrefix("check \(folder)/priv2.edb: -543 "))
    }

    @Test("databases of two streams in one folder find their own logs")
    func twoStreams() throws {
        try ESESet(isDirty: true).write(to: folder)
        var other = ESESet(seed: 5, isDirty: true, logs: 2)
        other.stream.base = "E01"
        for (name, bytes) in other.logs() { try write(bytes, name) }
        try write(ESELog.checkpoint(1, seed: 5), "E01.chk")
        try write(other.database.bytes(), "other.edb")
        let result = try bench.backup(source)
        #expect(
            result.manifest.databases.map(\.verdict?.text) == [
                "recoverable, complete: needs logs 1-4 (0x1-0x4)",
                "recoverable, complete: needs logs 1-2 (0x1-0x2)",
            ])
        #expect(result.manifest.members.count == 2 + 6 + 2)
    }

    @Test("a copy of a mounted database comes with its current log, with or without checkpoint")
    func shadowCopy() throws {
        try ESESet(isDirty: true).write(to: folder)
        #expect(try bench.backup(source).manifest.warnings == [])
        try bench.files.remove(folder + "/E00.chk")
        let result = try bench.backup(source)
        #expect(result.health == .good)
        #expect(result.manifest.warnings == [])
    }

    @Test("a checkpoint of another stream or without a good copy is left out")
    func badCheckpoints() throws {
        try ESESet(isDirty: true).write(to: folder)
        try bench.files.remove(folder + "/E00.chk")
        try write(ESELog.checkpoint(1, seed: 9), "E00.chk")
        let foreign = try bench.backup(source).manifest
        #expect(
            foreign.warnings == [
                "E00.chk: -532 JET_errBadCheckpointSignature: of another log stream, left out"
            ])
        #expect(foreign.leftOut == [.init(name: "E00.chk", reason: "a checkpoint of another log stream")])
        try bench.files.remove(folder + "/E00.chk")
        try write([UInt8](repeating: 7, count: 8192), "E00.chk")
        let damaged = try bench.backup(source).manifest
        #expect(
            damaged.warnings == [
                "E00.chk: -533 JET_errCheckpointCorrupt: neither copy of the checkpoint is intact"
            ])
    }

    func streamingBackup() throws {
        var set = ESESet(isDirty: true)
        set.database.backup = 1...4
        try set.write(to: folder)
    }

    @Test("a streaming backup has the empty patch file that a restore looks for")
    func emptyPatch() throws {
        try streamingBackup()
        try write([], "mdb01.pat")
        let result = try bench.backup(source)
        #expect(
            result.manifest.databases.map(\.verdict?.text) == [
                "recoverable by restore: needs logs 1-4 (0x1-0x4)"
            ])
        #expect(result.manifest.leftOut.isEmpty && result.manifest.warnings.isEmpty)
        #expect(result.manifest.members.filter { $0.name == "mdb01.pat" }.map(\.length) == [0])
        try bench.expectSignature(result.signature, describes: bench.read(result.imagePath))
        let members = try TarReader(bench.files.open(result.imagePath, .read)).members
        #expect(members.contains { $0.name == "mdb01.pat" && $0.range.isEmpty })
    }

    @Test("a patch file with pages is kept and warned of")
    func patch() throws {
        try streamingBackup()
        try write(ESEDatabase().header() + [UInt8](repeating: 3, count: 8192), "mdb01.pat")
        let result = try bench.backup(source)
        #expect(result.manifest.members.map(\.name).contains("mdb01.pat"))
        #expect(result.manifest.databases.count == 1)
        #expect(
            result.manifest.warnings == [
                "mdb01.pat: the pages of a patch file were not checked: only its engine can do that"
            ])
    }

    @Test("a patch file with the trailer twice, as Windows 7 leaves it, is no cause for a word")
    func trailerPatch() throws {
        var set = ESESet(isDirty: true)
        set.database.backup = 1...4
        try set.write(to: folder)
        let trailer = set.database.slot(set.database.slots + 1)
        try write(trailer + trailer, "mdb01.pat")
        for source in [source, .ese(path: folder + "/mdb01.edb", logs: nil)] {
            let result = try bench.backup(source)
            #expect(result.health == .good)
            #expect(result.manifest.warnings.isEmpty)
            #expect(result.manifest.members.map(\.name).contains("mdb01.pat"))
        }
        try write([], "other.pat")
        let one = try bench.backup(.ese(path: folder + "/mdb01.edb", logs: nil))
        #expect(one.manifest.leftOut.map(\.name) == ["other.pat"])
    }

    /// A database in which an engine keeps temporary tables: created, never closed, not logged.
    func temporary(type: UInt32 = 1) -> [UInt8] {
        var header = ESEDatabase().header()
        header.put(DatabaseState.justCreated.rawValue, at: 52)
        header.put(UInt32(0), at: 104)
        header.put([UInt8](repeating: 0, count: 28), at: 108)
        header.put(type, at: 667)
        header.sealHeader()
        return header + header + [UInt8](repeating: 0, count: 30 * 8192)
    }

    @Test(
        "the engine's temporary database is left out, whatever its name and type",
        arguments: ["temp.edb", "tmp.edb", "Scratch.edb"], [UInt32(1), 5])
    func temporaryDatabase(name: String, type: UInt32) throws {
        try ESESet(isDirty: true).write(to: folder)
        try write(temporary(type: type), name)
        let result = try bench.backup(source)
        #expect(result.health == .good)
        #expect(result.manifest.databases.map(\.name) == ["mdb01.edb"])
        #expect(
            result.manifest.leftOut == [
                .init(name: name, reason: "a temporary database, which the engine makes anew")
            ])
    }

    @Test("a temporary database that is zeroed or torn is left out by its name", arguments: [true, false])
    func brokenTemporary(isBlank: Bool) throws {
        try ESESet(isDirty: true).write(to: folder)
        var bytes = temporary()
        if isBlank {
            bytes = [UInt8](repeating: 0, count: bytes.count)
        } else {
            for slot in 0..<2 { bytes[slot * 8192 + 300] ^= 1 }
        }
        try write(bytes, "Temp.EDB")
        #expect(try bench.backup(source).manifest.leftOut.map(\.name) == ["Temp.EDB"])
    }

    @Test("a real database that is named like a temporary one is none")
    func realTemporary() throws {
        try ESESet(isDirty: true).write(to: folder)
        try write(second(), "temp.edb")
        #expect(try bench.backup(source).manifest.databases.map(\.name) == ["mdb01.edb", "temp.edb"])
    }

    @Test("a folder with only a temporary database has no database")
    func onlyTemporary() throws {
        try bench.files.makeFolder(folder)
        try write(temporary(), "tmp.edb")
        #expect(try bench.failure(of: source).exitCode == 20)
    }

    @Test("a streaming backup without trailer or without its last log fails")
    func incomplete() throws {
        try streamingBackup()
        try bench.files.remove(folder + "/E00.log")
        #expect(try bench.failure(of: source).detail.contains(": -553 JET_errEndingRestoreLogTooLow: "))
        var set = ESESet(isDirty: true)
        set.database.backup = 1...4
        try bench.files.open(folder + "/mdb01.edb", .update).truncate(to: set.database.byteCount - 8192)
        #expect(try bench.failure(of: source).detail.contains(": -535 JET_errBadPatchPage: "))
    }
}
