import BackupStream
import Platform
import TestSupport
import Testing

@Suite struct ExtractionTests {
    let folder: TemporaryFolder
    let files = HostFileSystem()
    var out: String { folder.path + "/out" }

    init() throws { folder = try TemporaryFolder() }

    func reader(_ bytes: [UInt8]) throws -> TarReader {
        let file = try files.open(folder.path + "/image.tar", .create)
        try file.write(bytes.span, at: 0)
        return try TarReader(file)
    }

    func image(_ names: [String]) -> [UInt8] {
        TarTests.image(names.map { (.init(name: $0, length: 2, modified: TarTests.time), [1, 2]) })
    }

    @Test func membersComeOutByteForByte() throws {
        let members = TarTests.members(seed: 9)
        try SetExtractor([.init(reader(TarTests.image(members)))], in: files).extract(into: out)
        #expect(try files.list(out) == members.map(\.0.name).sorted())
        for (member, content) in members {
            #expect(try files.contents(out + "/" + member.name, limit: 1 << 20) == content)
        }
    }

    @Test func oneMemberCanBeChosen() throws {
        let reader = try reader(image(["a", "b"]))
        try SetExtractor([.init(reader, names: ["b"])], in: files).extract(into: out)
        #expect(try files.list(out) == ["b"])
        #expect(throws: TarError.noMember("c", path: reader.file.path)) {
            try SetExtractor([.init(reader, names: ["c"])], in: files).extract(into: out)
        }
    }

    @Test("a name that leads elsewhere is refused", arguments: ["../a", "/etc/x", "a/b", "..", "a\u{1}"])
    func unsafeName(name: String) throws {
        let reader = try reader(image(["good", name]))
        #expect(throws: TarError.unsafeName(name, path: reader.file.path)) {
            try SetExtractor([.init(reader)], in: files).extract(into: out)
        }
        #expect(try files.status(out) == nil)
    }

    @Test func aNameThatComesTwiceIsRefused() throws {
        let reader = try reader(image(["a", "a"]))
        #expect(throws: TarError.duplicate("a", path: reader.file.path)) {
            try SetExtractor([.init(reader)], in: files).extract(into: out)
        }
    }

    @Test func nothingIsReplacedWithoutForce() throws {
        try files.makeFolder(out)
        try files.open(out + "/b", .create).write([9].span, at: 0)
        let extractor = try SetExtractor([.init(reader(image(["a", "b"])))], in: files)
        #expect(throws: TarError.exists(out + "/b")) { try extractor.extract(into: out) }
        #expect(try files.list(out) == ["b"])
        try extractor.extract(into: out, force: true)
        #expect(try files.contents(out + "/b", limit: 10) == [1, 2])
    }

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
