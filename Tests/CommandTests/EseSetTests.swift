import Foundation
import Platform
import TestSupport
import Testing

/// `hybridrep ese set|logs|header` as an administrator calls them.
@Suite struct EseSetTests {
    private static let checker = PackageRoot.shared("tools/ese_check.py")
    private static let samples = PackageRoot.shared("samples")

    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func make(_ arguments: [String]) throws {
        let made = try Command.run([try Command.built("make-ese-set"), folder.path] + arguments)
        #expect(made.status == 0, "\(made.errorText)")
    }

    private func ese(_ arguments: [String]) throws -> Command.Result {
        try Command.run([try Command.built("hybridrep"), "ese"] + arguments)
    }

    @Test("a dirty set with all its logs is recoverable")
    func whole() throws {
        try make(["--pages", "40", "--dirty"])
        let result = try ese(["set", folder.path])
        #expect(result.status == 0, "\(result.errorText)")
        let lines = result.outputText.split(separator: "\n").map(String.init)
        for line in [
            "     Base name: E00", "      Log file: E0000000002.log - OK", "      Log file: E00.log - OK",
            "No damaged log files were found.",
            "         Database: mdb01.edb", "            State: Dirty Shutdown",
            "     Log Required: 1-4 (0x1-0x4)", "    Log Committed: 0-4 (0x0-0x4)",
            "       Checkpoint: log 1",
            "          Verdict: recoverable, complete: needs logs 1-4 (0x1-0x4)",
            "The pages of the databases were not checked: hybridrep ese pages \(folder.path)/mdb01.edb",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        let json = try ese(["set", "--json", folder.path]).outputText
        #expect(json.contains("\"outcome\":\"complete\""))
        #expect(json.contains("\"pages_checked\":false"))
    }

    @Test("a set without a log it needs is 21 with recovery's code")
    func missing() throws {
        try make(["--pages", "40", "--dirty", "--log-version", "7", "--short-names"])
        try HostFileSystem().remove(folder.path + "/E0000002.log")
        let result = try ese(["set", folder.path])
        #expect(result.status == 21)
        #expect(result.outputText.contains("      Missing log files: E0000002.log\n"))
        #expect(
            result.errorText.contains(
                "(21) \(folder.path)/mdb01.edb: -543 JET_errRequiredLogFilesMissing: "
                    + "logs 1-4 (0x1-0x4) required, 2 (0x2) not there"), "\(result.errorText)")
    }

    @Test("the logs may lie in a folder of their own, and one database be named")
    func apart() throws {
        try make(["--pages", "40", "--dirty"])
        let files = HostFileSystem()
        let logs = folder.path + "/logs"
        try files.makeFolder(logs)
        for name in try files.list(folder.path) where name.hasPrefix("E00") {
            try files.rename(folder.path + "/" + name, to: logs + "/" + name)
        }
        let database = folder.path + "/mdb01.edb"
        #expect(try ese(["set", database, "--logs", logs]).status == 0)
        #expect(try ese(["set", database]).status == 21)
        #expect(try ese(["set", logs]).status == 20)
    }

    @Test("one log and its checkpoint, in the labels of eseutil")
    func single() throws {
        try make(["--pages", "40", "--dirty"])
        let log = folder.path + "/E0000000002.log"
        let good = try ese(["logs", log])
        #expect(good.status == 0)
        #expect(good.outputText.contains("      Checkpoint: (0x1,1,0)\n"))
        #expect(good.outputText.contains("      Last Lgpos: (0x2,5,0)\n"))
        #expect(good.outputText.hasSuffix("Integrity check passed for log file: E0000000002.log\n"))
        let header = try ese(["header", log])
        #expect(header.status == 0)
        #expect(header.outputText.contains("      lGeneration: 2 (0x2)\n"))
        let checkpoint = try ese(["header", folder.path + "/E00.chk"])
        #expect(checkpoint.status == 0)
        #expect(checkpoint.outputText.contains("      Checkpoint: (0x1,1,0)\n"))
        #expect(checkpoint.outputText.contains("      LastFullBackupCheckpoint: (0x0,0,0)\n"))
        try HostFileSystem().open(log, .update).write([7, 7, 7].span, at: 9000)
        let bad = try ese(["logs", log])
        #expect(bad.status == 21)
        #expect(bad.outputText.contains("CORRUPTION DETECTED in log file: E0000000002.log\n"))
        #expect(bad.errorText.contains("-501 JET_errLogFileCorrupt: segment 2 (byte 8192): checksum failed"))
        #expect(try ese(["logs", folder.path]).status == 21)
    }

    @Test(
        "the real databases have the verdicts of their documentation",
        .enabled(if: EseSetTests.samples != nil, "no ../shared/samples beside the package"))
    func realDatabases() throws {
        let samples = try #require(Self.samples)
        let names = try HostFileSystem().list(samples).filter { $0.hasSuffix(".gz") }
        #expect(names.count == 7)
        let dirty = ["goese-qmgr.db": "log 23 (0x17)", "goese-ual-HyperV-PC-Current.mdb": "log 124 (0x7C)"]
        for name in names.map({ String($0.dropLast(3)) }) {
            let path = folder.path + "/" + name
            let unpacked = try Command.run(["sh", "-c", "gzip -dc '\(samples)/\(name).gz' > '\(path)'"])
            #expect(unpacked.status == 0)
            let result = try ese(["set", path])
            if let log = dirty[name] {
                #expect(result.status == 21)
                #expect(
                    result.errorText.contains(
                        "-543 JET_errRequiredLogFilesMissing: \(log) required, not there"))
            } else {
                #expect(result.status == 0)
                #expect(result.outputText.contains("Verdict: recoverable, clean: needs no logs\n"))
            }
        }
    }

    @Test(
        "the checker accepts sets after days of work",
        .enabled(if: EseSetTests.checker != nil, "no ../shared/tools beside the package"),
        arguments: ["7", "8"], [false, true])
    func days(version: String, isDirty: Bool) throws {
        let checker = try #require(Self.checker)
        try make(
            ["--pages", "40", "--log-version", version, "--base", "edb"] + (isDirty ? ["--dirty"] : []))
        for _ in 0..<2 { try make(["--day", "3", "--mutate", "20"]) }
        let logs = try HostFileSystem().list(folder.path).filter { $0.hasSuffix(".log") }
            .map { folder.path + "/" + $0 }
        #expect(logs.count == 10)
        func check(_ arguments: [String]) throws -> String {
            let result = try Command.run(["python3", checker] + arguments)
            #expect(result.status == 0, "\(result.errorText)")
            return result.outputText
        }
        #expect(try check(["chain"] + logs).split(separator: "\n").allSatisfy { $0.hasSuffix(" OK") })
        let set = try check(["set", folder.path + "/mdb01.edb"] + logs)
        #expect(set.contains("verdict = \(isDirty ? "recoverable" : "clean, no logs needed")\n"), "\(set)")
        let each = try check(["log"] + logs)
        #expect(!each.contains("'bad'") && !each.contains("'bad':"))
        #expect(
            each.split(separator: "\n").filter { $0.contains(" hdr = ") }.allSatisfy { $0.hasSuffix("True") })
        let checkpoint = try check(["chk", folder.path + "/edb.chk"])
        #expect(checkpoint.contains("'cp': '(8,1,0)'"), "\(checkpoint)")
        #expect(try ese(["set", folder.path]).status == 0)
    }
}
