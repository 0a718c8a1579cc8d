import BackupStream
import Platform
import TestSupport
import Testing

@Suite struct TarTests {
    static let time = Timestamp(nanoseconds: 1_700_000_000_250_000_000)

    /// A whole tar file with these members.
    static func image(_ members: [(TarWriter.Member, [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (member, content) in members {
            bytes += TarWriter.structure(before: member, at: bytes.count) + content
        }
        return bytes + TarWriter.end(at: bytes.count)
    }

    static func members(seed: UInt64) -> [(TarWriter.Member, [UInt8])] {
        var generator = SeededGenerator(seed: seed)
        let names = [
            "mdb01.edb", "E00.log", "with space", "ä-\(String(repeating: "n", count: 200))", "empty",
        ]
        return names.enumerated().map { index, name in
            let count = name == "empty" ? 0 : Int.random(in: 1...150_000, using: &generator)
            let time = index % 2 == 0 ? Self.time : Timestamp(seconds: 1_600_000_000)
            return (.init(name: name, length: count, modified: time), generator.bytes(count))
        }
    }

    @Test(arguments: UInt64(1)...4) func memberDataStartsAt64KiB(seed: UInt64) throws {
        let members = Self.members(seed: seed)
        var position = 0
        for (member, content) in members {
            let structure = TarWriter.structure(before: member, at: position)
            #expect((position + structure.count) % TarWriter.alignment == 0)
            #expect(structure.count >= 3 * 512 && structure.count < TarWriter.alignment + 3 * 512)
            position += structure.count + content.count
        }
        #expect(TarWriter.imageLength(members.map(\.0)) == Self.image(members).count)
    }

    @Test(
        "padding of every length keeps the alignment",
        arguments: [0, 1, 511, 512, 513, 63_488, 64_000, 65_535])
    func everyPosition(position: Int) {
        for name in ["a", String(repeating: "x", count: 101)] {
            let member = TarWriter.Member(name: name, length: 1, modified: Timestamp(seconds: 1))
            #expect((position + TarWriter.structure(before: member, at: position).count) % 65_536 == 0)
        }
    }

    @Test(arguments: UInt64(1)...2) func theTarProgramUnpacksItByteForByte(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let files = HostFileSystem()
        let members = Self.members(seed: seed)
        let image = folder.path + "/image.tar"
        try files.open(image, .create).write(Self.image(members).span, at: 0)
        let list = try Command.run(["tar", "--quoting-style=literal", "-tf", image])
        #expect(list.status == 0)
        #expect(list.errors.isEmpty)
        let listed = String(decoding: list.output, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(listed == members.map(\.0.name))
        try files.makeFolder(folder.path + "/out")
        let unpacked = try Command.run(["tar", "-xf", image, "-C", folder.path + "/out"])
        #expect(unpacked.status == 0)
        #expect(unpacked.errors.isEmpty)
        for (member, content) in members {
            let path = folder.path + "/out/" + member.name
            #expect(try files.contents(path, limit: 1 << 20) == content)
            #expect(try files.status(path)?.modified == member.modified)
        }
    }

    @Test(arguments: UInt64(1)...2) func theReaderListsWhatWasWritten(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let members = Self.members(seed: seed)
        let image = Self.image(members)
        let file = try HostFileSystem().open(folder.path + "/image.tar", .create)
        try file.write(image.span, at: 0)
        let found = try TarReader(file).members
        #expect(found.map(\.name) == members.map(\.0.name))
        #expect(found.map(\.modified) == members.map(\.0.modified))
        for (member, (_, content)) in zip(found, members) { #expect(Array(image[member.range]) == content) }
    }

    @Test("a member of 9 GiB keeps its length through a pax record") func largeMember() throws {
        let folder = try TemporaryFolder()
        let files = HostFileSystem()
        let length = 9 << 30
        let member = TarWriter.Member(name: "large", length: length, modified: Self.time)
        let file = try files.open(folder.path + "/image.tar", .create)
        let structure = TarWriter.structure(before: member, at: 0)
        try file.write(structure.span, at: 0)
        try file.write(TarWriter.end(at: structure.count + length).span, at: structure.count + length)
        #expect(try TarReader(file).members.map(\.length) == [length])
        let list = try Command.run(["tar", "-tvf", file.path])
        #expect(list.status == 0)
        #expect(String(decoding: list.output, as: UTF8.self).contains(" \(length) "))
    }

    @Test("what other programs write is read", arguments: ["gnu", "ustar", "pax", "v7"])
    func otherTars(format: String) throws {
        let folder = try TemporaryFolder()
        let files = HostFileSystem()
        try files.makeFolder(folder.path + "/in")
        let long = format == "v7" ? "b" : String(repeating: "b", count: format == "ustar" ? 90 : 180)
        try files.open(folder.path + "/in/a", .create).write(Array("content of a".utf8).span, at: 0)
        try files.open(folder.path + "/in/" + long, .create).write([1, 2, 3].span, at: 0)
        let image = folder.path + "/image.tar"
        let made = try Command.run([
            "tar", "--format=\(format)", "-cf", image, "-C", folder.path + "/in", ".",
        ])
        #expect(made.status == 0)
        let reader = try TarReader(files.open(image, .read))
        let members = reader.members.filter(\.isFile).sorted { $0.name < $1.name }
        #expect(members.map(\.name) == ["./a", "./" + long])
        #expect(
            try reader.file.bytes(at: members[0].offset, count: members[0].length)
                == Array("content of a".utf8))
    }
}
