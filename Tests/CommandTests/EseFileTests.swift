import ESE
import Platform
import TestSupport
import Testing

/// `hybridrep ese header|pages|logs` on files that lie beside a database.
@Suite struct EseFileTests {
    let folder: TemporaryFolder
    init() throws {
        folder = try TemporaryFolder()
        let made = try Command.run([
            try Command.built("make-ese-set"), folder.path, "--pages", "40", "--flush-map",
        ])
        #expect(made.status == 0, "\(made.errorText)")
    }

    private func ese(_ arguments: String...) throws -> Command.Result {
        try Command.run([try Command.built("hybridrep"), "ese"] + arguments)
    }

    private func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let path = folder.path + "/" + name
        try HostFileSystem().open(path, .create).write(bytes.span, at: 0)
        return path
    }

    @Test("a flush map has a header and pages of its own")
    func flushMap() throws {
        let path = folder.path + "/mdb01.jfm"
        let header = try ese("header", path)
        #expect(header.status == 0, "\(header.errorText)")
        #expect(header.outputText.contains("         File Type: Flush Map\n"))
        let pages = try ese("pages", path)
        #expect(pages.status == 0)
        #expect(pages.outputText == "1 pages seen\n0 bad checksums\n0 uninitialized pages\n")
        try HostFileSystem().open(path, .update).write([UInt8(7)].span, at: 8192 + 100)
        let bad = try ese("pages", path)
        #expect(bad.status == 21)
        #expect(bad.errorText.contains("1 bad page of the flush map, the first 0"), "\(bad.errorText)")
        try HostFileSystem().open(path, .update).write([UInt8(7)].span, at: 100)
        for verb in ["header", "pages"] {
            let torn = try ese(verb, path)
            #expect(torn.status == 21)
            #expect(torn.errorText.contains("the flush map is damaged: its header has a wrong checksum"))
        }
    }

    @Test("a log and a checkpoint have no pages, and the hint says what looks into them")
    func noPages() throws {
        let log = folder.path + "/E00.log"
        let pages = try ese("pages", log)
        #expect(pages.status == 20)
        #expect(
            pages.errorText.contains(
                "\(log): a log, which has no pages of a database\nhint: hybridrep ese logs \(log)"))
        #expect(try ese("logs", log).status == 0)
        let checkpoint = folder.path + "/E00.chk"
        #expect(try ese("pages", checkpoint).errorText.contains("hint: hybridrep ese header \(checkpoint)"))
        #expect(try ese("header", checkpoint).status == 0)
    }

    @Test("patch files are told by what they hold")
    func patches() throws {
        let empty = try write([], "empty.pat")
        let header = try ese("header", empty)
        #expect(header.status == 0)
        #expect(header.outputText.hasPrefix("An empty patch file"))
        #expect(try ese("pages", empty).status == 20)
        let copy = ESEDatabase {
            $0.backup = 5...9
            $0.required = ESEDatabase.Required(5...7)
        }
        let trailer = copy.slot(copy.slots + 1)
        let twice = try write(trailer + trailer, "twice.pat")
        #expect(try ese("header", twice).outputText.contains("        Log Gen: 5-9 (0x5-0x9)\n"))
        #expect(try ese("pages", twice).errorText.contains("hint: hybridrep ese header \(twice)"))
    }

    @Test("circular logging is a note, no warning")
    func circular() throws {
        let other = try TemporaryFolder()
        _ = try Command.run([
            try Command.built("make-ese-set"), other.path, "--pages", "40", "--dirty", "--circular",
        ])
        let logs = try ese("logs", other.path)
        #expect(logs.status == 0)
        #expect(logs.outputText.contains("      NOTE: circular logging is on"))
        #expect(!logs.outputText.contains("WARNING"))
        let json = try ese("logs", "--json", other.path).outputText
        #expect(json.contains("\"notes\":[\"circular logging is on"), "\(json)")
        #expect(json.contains("\"warnings\":[]"))
    }
}
