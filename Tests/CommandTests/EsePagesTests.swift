import Foundation
import Platform
import TestSupport
import Testing

/// `hybridrep ese` against the independent checker, which shares no code with it.
@Suite struct EsePagesTests {
    private static let checker = PackageRoot.shared("tools/ese_check.py")
    private static let samples = PackageRoot.shared("samples")

    /// Every page's verdict in the checker's words, one line a page.
    private static let script = """
        import sys, importlib.util
        spec = importlib.util.spec_from_file_location("ese_check", sys.argv[1]); m = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(m)
        words = dict(ok="good", uninit="blank", bad="bad_checksum", badpgno="wrong_number", correctable="correctable")
        d = m.load(sys.argv[2]); size = m.find_header(d)[0]
        for n in range(1, len(d) // size - 1):
            print(n, words[m.check_page(d[(n + 1) * size:(n + 2) * size], n)[0]])
        """

    private func compare(_ database: String, _ checker: String) throws {
        let ours = try Command.run([try Command.built("hybridrep"), "ese", "pages", "--each", database])
        let theirs = try Command.run(["python3", "-c", Self.script, checker, database])
        try #require(theirs.status == 0, "\(theirs.errorText)")
        let pages = theirs.outputText.split(separator: "\n")
        #expect(pages.count > 70)
        #expect(Array(ours.outputText.split(separator: "\n").prefix(pages.count)) == pages)
    }

    /// Makes a database with the generator's program and returns its path.
    private func make(_ folder: TemporaryFolder, _ options: [String]) throws -> String {
        let make = try Command.built("make-ese-set")
        let made = try Command.run([make, folder.path + "/set", "--pages", "300", "--logs", "1"] + options)
        #expect(made.status == 0, "\(made.errorText)")
        return folder.path + "/set/mdb01.edb"
    }

    /// What the checker prints.
    private func told(_ arguments: String...) throws -> String {
        let checker = try #require(Self.checker)
        let result = try Command.run(["python3", checker] + arguments)
        #expect(result.status == 0, "\(result.errorText)")
        return result.outputText
    }

    @Test(
        "the checker and `ese pages` agree on every page of a made database",
        .enabled(if: EsePagesTests.checker != nil, "no ../shared/tools beside the package"),
        arguments: [
            ["--page-size", "2048"], ["--page-size", "4096"], ["--page-size", "8192"],
            ["--page-size", "16384"], ["--page-size", "32768"], ["--page-size", "2048", "--format", "old"],
            ["--page-size", "4096", "--format", "mixed"], ["--page-size", "8192", "--format", "old"],
            ["--page-size", "4096", "--tree-levels", "3", "--dirty"],
            ["--page-size", "32768", "--tree-levels", "4", "--garbage", "9"],
            ["--page-size", "8192", "--format", "mixed", "--tree-levels", "2", "--flush-map"],
        ])
    func madeDatabase(options: [String]) throws {
        let folder = try TemporaryFolder()
        let database = try make(folder, options)
        try compare(database, try #require(Self.checker))
        let slots = options.contains("--garbage") ? 309 : 300
        #expect(try told("owned", database) == "\(database) owned 300 of \(slots) slots\n")
    }

    @Test(
        "the checker takes made flush maps for what they are",
        .enabled(if: EsePagesTests.checker != nil, "no ../shared/tools beside the package"),
        arguments: ["2048", "8192", "32768"])
    func madeFlushMap(pageSize: String) throws {
        let folder = try TemporaryFolder()
        let database = try make(folder, ["--page-size", pageSize, "--flush-map"])
        let map = folder.path + "/set/mdb01.jfm"
        let lines = try told("jfm", map).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.dropFirst().first?.contains("True, 'ver', 3") == true)
        #expect(lines.last?.contains("{0: True") == true || lines.last?.contains("0: True") == true)
        let text = try told("jfmdb", map, database)
        #expect(text.hasSuffix("signatures equal True True\n"))
        // Blank pages are unknown, each type is in its own column.
        for pair in ["(None, 0): ", "(1, 1): ", "(2, 2): ", "(3, 3): "] { #expect(text.contains(pair)) }
        #expect(text.count(where: { $0 == ":" }) == 4)
    }

    @Test("`ese pages` prints all lines of eseutil /k in their order, and ends 21 for a lost write")
    func lines() throws {
        let folder = try TemporaryFolder()
        let database = try make(folder, ["--flush-map"])
        let program = try Command.built("hybridrep")
        let good = try Command.run([program, "ese", "pages", database])
        #expect(good.status == 0)
        let labels = good.outputText.split(separator: "\n").map { line in
            line.drop { !$0.isWhitespace }.prefix { $0 != "(" }.trimmingCharacters(in: .whitespaces)
        }
        #expect(
            labels.dropLast() == [
                "pages seen", "bad checksums", "correctable checksums", "uninitialized pages",
                "wrong page numbers", "highest dbtime", "reads performed", "MB read", "seconds taken",
                "MB/second", "milliseconds used", "milliseconds per read",
                "milliseconds for the slowest read", "milliseconds for the fastest read",
            ])
        #expect(labels.last?.hasPrefix("pages in use, ") == true)
        #expect(good.outputText.hasPrefix("302 pages seen\n"))
        let json = try Command.run([program, "ese", "pages", "--json", database]).outputText
        #expect(json.contains("\"flush_map\":\"used\"") || json.contains("\"flushMap\":\"used\""))
        #expect(json.contains("\"reading\":{"))

        let file = try HostFileSystem().open(database, .update)
        try file.write([UInt8](repeating: 0, count: 8192).span, at: 20 * 8192)
        let lost = try Command.run([program, "ese", "pages", database])
        #expect(lost.status == 21)
        #expect(lost.outputText.hasPrefix("ERROR: page 19 lost write, -1119 "))
        #expect(lost.errorText.contains("1 bad page (-1119)"))
    }

    @Test(
        "the checker and `ese pages` agree on every page of the real databases",
        .enabled(
            if: EsePagesTests.checker != nil && EsePagesTests.samples != nil,
            "no ../shared/samples beside the package"))
    func realDatabases() throws {
        let folder = try TemporaryFolder()
        let samples = try #require(Self.samples)
        let names = try HostFileSystem().list(samples).filter { $0.hasSuffix(".gz") }
        #expect(!names.isEmpty)
        for name in names {
            let database = folder.path + "/" + name.dropLast(3)
            let unpacked = try Command.run(["sh", "-c", "gzip -dc '\(samples)/\(name)' > '\(database)'"])
            #expect(unpacked.status == 0)
            try compare(database, try #require(Self.checker))
        }
    }
}
