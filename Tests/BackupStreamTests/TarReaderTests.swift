import BackupStream
import Platform
import TestSupport
import Testing

@Suite struct TarReaderTests {
    let folder: TemporaryFolder
    let files = HostFileSystem()

    init() throws { folder = try TemporaryFolder() }

    func reader(_ bytes: [UInt8]) throws -> TarReader {
        let file = try files.open(folder.path + "/image.tar", .create)
        try file.write(bytes.span, at: 0)
        return try TarReader(file)
    }

    func image(_ names: [String]) -> [UInt8] {
        TarTests.image(names.map { (.init(name: $0, length: 2, modified: TarTests.time), [1, 2]) })
    }

    @Test(
        "a name that leads elsewhere is no member's",
        arguments: ["", ".", "../a", "/etc/x", "a/b", "..", "a\u{1}", String(repeating: "n", count: 216)])
    func unsafeName(name: String) { #expect(!MemberName.isPlain(name)) }

    @Test(
        "plain names are members' names",
        arguments: ["a", "mdb01.edb", "Größe .log", String(repeating: "n", count: 215)])
    func plainName(name: String) { #expect(MemberName.isPlain(name)) }

    @Test("a tar cut anywhere is an error", arguments: [100, 512, 1000, 65_535, 65_536, 65_540, 131_072])
    func cut(length: Int) throws {
        let whole = image(["a", "b"])
        let error = #expect(throws: TarError.self) { _ = try reader(Array(whole[..<length])) }
        guard case .format(.truncated, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "damage to a header is an error or leaves a file name that is refused, never a trap",
        arguments: UInt64(0)..<40
    )
    func damaged(seed: UInt64) throws {
        var bytes = image(["a"])
        var generator = SeededGenerator(seed: seed)
        let header = seed % 2 == 0 ? 0 : 65_536 - 512
        for _ in 0..<3 {
            bytes[header + Int(generator.next() % 512)] = UInt8(truncatingIfNeeded: generator.next())
        }
        _ = try? reader(bytes)
    }

    @Test("random pax records never trap", arguments: UInt64(0)..<40) func randomRecords(seed: UInt64) throws
    {
        var bytes = image(["a"])
        var generator = SeededGenerator(seed: seed)
        let digits = Array("0123456789 =\n-".utf8)
        for index in 512..<700 { bytes[index] = digits[Int(generator.next() % UInt64(digits.count))] }
        _ = try? reader(bytes)
    }
}
