import Glibc
import Platform
import TestSupport
import Testing

/// The simulated disk is as strict as it says.
@Suite struct SimFSTests {
    private func made(_ files: SimFS, _ path: String, _ text: String) throws -> any OpenFile {
        let file = try files.open(path, .create)
        try file.write(Array(text.utf8).span, at: 0)
        return file
    }

    private func text(_ disk: SimDisk, _ path: String) -> String? {
        (disk.contents[path] ?? nil).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func aSyncedFileHasNoDurableName() throws {
        let files = SimFS()
        try made(files, "/a", "text").sync()
        #expect(text(files.disk.crashed(.everything, seed: 0), "/a") == nil)
        try files.syncFolder("/")
        #expect(text(files.disk.crashed(.everything, seed: 0), "/a") == "text")
    }

    @Test func aDurableNameHasNoDurableContent() throws {
        let files = SimFS()
        _ = try made(files, "/a", "text")
        try files.syncFolder("/")
        #expect(text(files.disk.crashed(.everything, seed: 0), "/a") == "")
    }

    @Test func aNewFoldersNameIsItsParents() throws {
        let files = SimFS()
        try files.makeFolder("/folder")
        try made(files, "/folder/a", "text").sync()
        try files.syncFolder("/folder")
        #expect(files.disk.crashed(.everything, seed: 0).contents.isEmpty)
        try files.syncFolder("/")
        #expect(text(files.disk.crashed(.everything, seed: 0), "/folder/a") == "text")
    }

    @Test func afterAFailedSyncTheNextOneLies() throws {
        let files = SimFS(fault: SimFault(.error(EIO), at: 1, of: [.sync]))
        let file = try made(files, "/a", "text")
        try files.syncFolder("/")
        #expect(throws: SystemError.self) { try file.sync() }
        try file.sync()
        #expect(text(files.disk, "/a") == "text")
        #expect(text(files.disk.crashed(.everything, seed: 0), "/a") == "")
        var found = [UInt8](repeating: 1, count: 4)
        var target = found.mutableSpan
        #expect(try file.readUncached(into: &target, at: 0) == 0)
    }

    @Test func theOrderOfAllChangesIsKeptWhereOnlyTheLastAreLost() throws {
        let files = SimFS()
        for name in ["/a", "/b", "/c"] { _ = try made(files, name, name) }
        let wholes = (UInt64(0)..<50).map { seed in
            let left = files.disk.crashed(.suffix, seed: seed)
            return ["/a", "/b", "/c"].compactMap { text(left, $0) }
        }
        let all = ["/a", "/b", "/c"]
        for left in wholes {
            #expect(left.dropLast() == all.prefix(max(0, left.count - 1)))
        }
        #expect(Set(wholes).count == 7)
    }

    @Test func pagesOfOneWriteAreLostEachForItself() throws {
        let files = SimFS()
        let file = try files.open("/a", .create)
        try files.syncFolder("/")
        try file.write([UInt8](repeating: 7, count: 3 * 4096).span, at: 0)
        let sums = (UInt64(0)..<100).map { seed -> [UInt8] in
            let bytes = (files.disk.crashed(.subset, seed: seed).contents["/a"] ?? nil) ?? []
            return stride(from: 0, to: bytes.count, by: 4096).map { bytes[$0] }
        }
        let possible: Set<[UInt8]> = [
            [], [7], [0, 7], [7, 7], [0, 0, 7], [0, 7, 7], [7, 0, 7], [7, 7, 7],
        ]
        #expect(Set(sums) == possible)
    }

    @Test func aFaultMeetsTheCallsItCounts() throws {
        let files = SimFS(fault: SimFault(.tornWrite(ENOSPC), at: 2, of: [.write], isSticky: true))
        let file = try made(files, "/a", "abcd")
        for _ in 0..<2 {
            let error = #expect(throws: SystemError.self) { try file.write(Array("efgh".utf8).span, at: 4) }
            #expect(error?.isNoSpace == true)
        }
        #expect(text(files.disk, "/a") == "abcdef")
        #expect(files.hits == 2)
        #expect(files.trace.map(\.kind) == [.create, .write, .write, .write])
    }
}
