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

    @Test(
        "the checker and `ese pages` agree on every page of a made database",
        .enabled(if: EsePagesTests.checker != nil, "no ../shared/tools beside the package"),
        arguments: [4096, 8192, 16384, 32768])
    func madeDatabase(pageSize: Int) throws {
        let folder = try TemporaryFolder()
        let make = try Command.built("make-ese-set")
        let made = try Command.run([
            make, folder.path, "--pages", "300", "--page-size", "\(pageSize)", "--logs", "1",
        ])
        #expect(made.status == 0)
        try compare(folder.path + "/mdb01.edb", try #require(Self.checker))
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
