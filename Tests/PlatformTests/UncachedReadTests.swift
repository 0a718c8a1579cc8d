import Platform
import TestSupport
import Testing

@Suite struct UncachedReadTests {
    @Test(
        "a read past the cache has the bytes of an ordinary one, whatever its place",
        arguments: [0, 1, 4095, 4096, 8193, 20_000, 40_000], [1, 512, 4096, 8192, 9001])
    func anywhere(offset: Int, count: Int) throws {
        let folder = try TemporaryFolder()
        try withExtendedLifetime(folder) { try compare(in: folder.path, offset, count) }
    }

    @Test("where files have no cache beneath them the read is an ordinary one", arguments: [0, 39_999])
    func memory(offset: Int) throws {
        let path = "/dev/shm/hybridrep-uncached-\(HostIdentity.processID)-\(offset)"
        guard try HostFileSystem().status("/dev/shm") != nil else { return }
        try HostFileSystem().makeFolder(path)
        defer {
            try? HostFileSystem().remove(path + "/file")
            try? HostFileSystem().removeFolder(path)
        }
        try compare(in: path, offset, 8192)
    }

    private func compare(in folder: String, _ offset: Int, _ count: Int) throws {
        var generator = SeededGenerator(seed: 3)
        let bytes = generator.bytes(40_001)
        let file = try HostFileSystem().open(folder + "/file", .create)
        try file.write(bytes.span, at: 0)
        var result = [UInt8](repeating: 0, count: count)
        var target = result.mutableSpan
        let got = try file.readUncached(into: &target, at: offset)
        let behind = try file.readUncached(into: &target, at: 50_000)
        #expect(behind == 0)
        #expect(Array(result[..<got]) == Array(bytes[offset..<min(offset + count, bytes.count)]))
    }
}
