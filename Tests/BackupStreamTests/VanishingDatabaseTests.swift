import BackupStream
import ESE
import Foundation
import Platform
import TestSupport
import Testing

/// No database of a folder is left out without a word.
@Suite struct VanishingDatabaseTests {
    let bench: Bench
    var folder: String { bench.path("set") }
    var source: SourceSpecification { .ese(path: folder, logs: nil) }

    init() throws {
        bench = try Bench()
        try ESESet().write(to: folder)
    }

    private func write(_ bytes: [UInt8], _ name: String) throws {
        let path = folder + "/" + name
        try FileManager.default.createDirectory(
            atPath: PathText.folder(of: path), withIntermediateDirectories: true)
        try bench.files.open(path, .create).write(bytes.span, at: 0)
    }

    /// A database with one flipped byte in each of its two headers.
    private func damaged(at offset: Int, _ size: PageSize = .kib8) -> [UInt8] {
        var bytes = ESEDatabase {
            $0.seed = 9; $0.size = size
        }.bytes()
        for copy in 0..<2 { bytes[copy * size.bytes + offset] ^= 0x20 }
        return bytes
    }

    private func expectRefused(
        _ name: String, _ reason: String, at location: SourceLocation = #_sourceLocation
    ) throws {
        let error = try bench.failure(of: source)
        #expect(error.exitCode == 21, sourceLocation: location)
        #expect(
            error.detail == "check \(folder)/\(name): \(reason); it would be left out",
            sourceLocation: location)
        // By loss accepted, the point is damaged and says what it lacks.
        let lossy = try bench.backup(source, .init(acceptLoss: true))
        #expect(lossy.health == .damaged, sourceLocation: location)
        #expect(
            lossy.manifest.warnings.contains("\(name): left out: \(reason)"), sourceLocation: location)
        #expect(
            lossy.manifest.leftOut.first { $0.name == name }
                == .init(name: name, reason: reason, isAccepted: true), sourceLocation: location)
        // By name accepted, it is good.
        let accepted = try bench.backup(source, .init(leaveOut: LeaveOut([name.uppercased()])))
        #expect(accepted.health == .good, sourceLocation: location)
        #expect(
            accepted.manifest.summary.leftOut?.contains { $0.isAccepted == true } == true,
            sourceLocation: location)
    }

    private let unreadable =
        "-1018 JET_errReadVerifyFailure: neither the header nor its shadow has a right checksum"

    @Test(
        "a zeroed or empty file with a database's name is refused",
        arguments: ["x.edb", "ntds.DIT", "dhcp.mdb"])
    func blank(name: String) throws {
        try write([UInt8](repeating: 0, count: 100_000), name)
        try expectRefused(name, "named like a database, and its header is blank")
        try bench.files.remove(folder + "/" + name)
        for entry in try bench.spool.entries() { try bench.files.remove(entry.signaturePath) }
        withExtendedLifetime(try bench.spool.acquire()) {}
        try write([], name)
        try expectRefused(name, "named like a database, and empty")
    }

    @Test(
        "one flipped byte in each header, whatever the name and place, is refused",
        arguments: ["dhcp.mdb", "backup.bin", "SRUDB.dat"], [0, 5, 9, 40, 237, 600])
    func flipped(name: String, offset: Int) throws {
        try write(damaged(at: offset), name)
        try expectRefused(name, unreadable)
    }

    @Test("a database without any header is known by its pages", arguments: PageSize.allCases)
    func headless(size: PageSize) throws {
        var bytes = ESEDatabase {
            $0.seed = 9; $0.size = size
        }.bytes()
        for index in 0..<2 * size.bytes { bytes[index] = 0x33 }
        try write(bytes, "something")
        try expectRefused("something", unreadable)
    }

    @Test(
        "a database whose name no member can have is refused",
        arguments: [
            ("tab\there.edb", "its name has control characters"),
            ("line\nend.edb", "its name has control characters"),
            ("no ending\u{7F}", "its name has control characters"),
            (
                String(repeating: "x", count: 236) + ".edb",
                "its name has 240 bytes, a member's has 215 at most"
            ),
            ("hybridrep.json", "its name is that of the manifest"),
        ])
    func oddName(name: String, reason: String) throws {
        try write(ESEDatabase { $0.seed = 9 }.bytes(), name)
        try expectRefused(name, reason)
    }

    @Test("what is not a database may have any name")
    func oddForeignName() throws {
        try write([1, 2, 3], "tab\there")
        let result = try bench.backup(source)
        #expect(result.health == .good)
        #expect(
            result.manifest.leftOut == [.init(name: "tab\there", reason: "its name has control characters")])
    }

    @Test(
        "a database in a subfolder is refused, and the folder may be named",
        arguments: ["backup/new/dhcp.mdb", "old/a.bin"])
    func subfolder(name: String) throws {
        try write(ESEDatabase { $0.seed = 9 }.bytes(), name)
        try write([1], "docs/readme.txt")
        let error = try bench.failure(of: source)
        #expect(error.exitCode == 21)
        #expect(
            error.detail
                == "check \(folder)/\(name): in a folder that is not read: a database; it would be left out")
        #expect(
            error.hint == "repair it or move it away; if the point may lack it: "
                + "hybridrep run mdb01 --leave-out \(name)")
        let top = String(name.prefix { $0 != "/" })
        for accepted in [top, name, top + "/"] {
            let result = try bench.backup(source, .init(leaveOut: LeaveOut([accepted])))
            #expect(result.health == .good)
            #expect(
                result.manifest.leftOut.contains(.init(name: "docs", reason: "a folder, which is not read")))
        }
    }

    @Test("a FIFO with a database's name is refused")
    func fifo() throws {
        #expect(try Command.run(["mkfifo", folder + "/x.edb"]).status == 0)
        try expectRefused("x.edb", "not a regular file")
    }

    @Test("a name that is not UTF-8 is refused where it ends like a database's, and else warned of")
    func notText() throws {
        let make = ["/bin/sh", "-c", #"cd "$0" && printf x > "$(printf 'a\377b')""#, folder]
        #expect(try Command.run(make).status == 0)
        #expect(
            try bench.backup(source).manifest.warnings == [
                "a\u{FFFD}b: its name is not UTF-8, and nobody has looked what it is"
            ])
        let named = ["/bin/sh", "-c", #"cd "$0" && printf x > "$(printf 'a\377b.edb')""#, folder]
        #expect(try Command.run(named).status == 0)
        let error = try #require(
            #expect(throws: BackupError.self) { _ = try bench.backup(source) })
        #expect(error.detail == "check \(folder)/a\u{FFFD}b.edb: its name is not UTF-8; it would be left out")
    }

    @Test("several are counted")
    func several() throws {
        try write([0], "a.edb")
        try write([0], "b.edb")
        let error = try bench.failure(of: source)
        #expect(error.detail.hasPrefix("check \(folder)/a.edb: "))
        #expect(error.detail.hasSuffix("; it would be left out; so is 1 other file"))
    }

    @Test("a database of Access, a temporary one, and neighbours of a named database are no cause for a word")
    func foreign() throws {
        try write(
            [0, 1, 0, 0] + Array("Standard Jet DB".utf8) + [UInt8](repeating: 5, count: 5000), "crm.mdb")
        try write([UInt8](repeating: 0, count: 9000), "tmp.edb")
        #expect(try bench.backup(source).health == .good)
        try write([UInt8](repeating: 0, count: 9000), "other.edb")
        try write([UInt8](repeating: 0, count: 9000), "sub/other.edb")
        let result = try bench.backup(.ese(path: folder + "/" + ESESet.databaseName, logs: nil))
        #expect(result.health == .good)
        #expect(result.manifest.warnings.isEmpty)
    }

    @Test("a database in the folder of the logs is refused, and the folder of the databases there is none")
    func logFolder() throws {
        let logs = bench.path("logs")
        try bench.files.makeFolder(logs)
        let source = SourceSpecification.ese(path: folder, logs: logs)
        #expect(try bench.backup(source).health == .good)
        try bench.files.open(logs + "/x", .create).write(ESEDatabase { $0.seed = 9 }.bytes().span, at: 0)
        let error = try #require(#expect(throws: BackupError.self) { _ = try bench.backup(source) })
        #expect(
            error.detail == "check \(logs)/x: a database in the folder of the logs; it would be left out")
        let inside = folder + "/logs"
        try bench.files.makeFolder(inside)
        let nested = try bench.backup(.ese(path: folder, logs: inside))
        #expect(nested.health == .good)
        #expect(!nested.manifest.leftOut.contains { $0.name == "logs" })
    }

    /// What is said of databases that the last image had.
    private func losses(_ options: Backup.Options = .init()) throws -> [String] {
        try bench.backup(source, options).manifest.warnings.filter { $0.contains("was in the last image") }
    }

    @Test("a database of the last image that is gone is warned of once")
    func gone() throws {
        try write(ESEDatabase { $0.seed = 9 }.bytes(), "second.edb")
        #expect(try bench.backup(source).manifest.databases.count == 2)
        try bench.files.remove(folder + "/second.edb")
        let warning = "second.edb was in the last image, and is left out of this one: "
        #expect(try losses() == [warning + "it is not there"])
        #expect(try losses() == [])
        try write(ESEDatabase { $0.seed = 9 }.bytes(), "second.edb")
        #expect(try losses() == [])
        #expect(try losses(.init(leaveOut: LeaveOut(["second.edb"]))) == [warning + "left out by name"])
    }

    @Test("a database under a new name is not missing")
    func renamed() throws {
        #expect(try bench.backup(source).manifest.databases.count == 1)
        try bench.files.rename(folder + "/" + ESESet.databaseName, to: folder + "/new.edb")
        #expect(try bench.backup(source).manifest.warnings == [])
    }

    @Test("a file or stream that claims to be a database and cannot be checked is refused")
    func raw() throws {
        let path = try bench.write(damaged(at: 40), to: "x.edb")
        for source in [SourceSpecification.file(path), .command("cat \(path)")] {
            let error = try bench.failure(of: source)
            #expect(error.exitCode == 21)
            #expect(error.detail == "check \(source.label): \(unreadable)")
        }
        let accepted = try bench.backup(.file(path), .init(acceptDamaged: true))
        #expect(accepted.health == .damaged)
        #expect(accepted.manifest.warnings == ["\(path): \(unreadable); its pages were not checked"])
    }
}
