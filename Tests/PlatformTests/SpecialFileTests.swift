import Foundation
import Platform
import TestSupport
import Testing

/// A name that is no file's is refused at once, whatever the mode; nobody waits for the other end of a FIFO.
@Suite(.timeLimit(.minutes(1))) struct SpecialFileTests {
    private let folder: TemporaryFolder
    private let files = HostFileSystem()

    init() throws { folder = try TemporaryFolder() }

    private func fifo() throws -> String {
        let path = folder.path + "/pipe"
        #expect(try Command.run(["mkfifo", path]).status == 0)
        return path
    }

    @Test("a FIFO is opened neither for reading nor for writing", arguments: [OpenMode.read, .update])
    func open(_ mode: OpenMode) throws {
        let path = try fifo()
        #expect(throws: SystemError.notRegular(path)) { _ = try files.open(path, mode) }
        #expect(SystemError.notRegular(path).description == "open \(path): not a regular file")
    }

    @Test func aFIFOIsNoLock() throws {
        let path = try fifo()
        #expect(throws: SystemError.notRegular(path)) { _ = try files.lock(path, .exclusive) }
    }

    @Test func aFIFOIsNotReplacedByAFile() throws {
        let path = try fifo()
        #expect(throws: SystemError.notRegular(path)) { try files.replace(path, [1]) }
        #expect(try files.status(path)?.kind == .other)
        #expect(try files.list(folder.path) == ["pipe"])
    }

    @Test func aFIFOIsNoLog() throws {
        let path = try fifo()
        #expect(throws: SystemError.notRegular(path)) { _ = try AppendedFile(path) }
    }

    @Test("helpers that read whole files refuse it as well")
    func helpers() throws {
        let path = try fifo()
        #expect(throws: SystemError.notRegular(path)) { _ = try files.contents(path, limit: 100) }
        #expect(throws: SystemError.notRegular(path)) { _ = try files.start(of: path, count: 100) }
    }

    @Test func aDeviceIsNoFile() {
        #expect(throws: SystemError.notRegular("/dev/null")) { _ = try files.open("/dev/null", .read) }
    }

    @Test func aLinkToAFIFOIsOneToo() throws {
        let path = try fifo()
        let link = folder.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(throws: SystemError.notRegular(link)) { _ = try files.open(link, .read) }
    }

    @Test func aFolderIsSaidToBeOne() throws {
        let opened = try files.open(folder.path, .read)
        let error = #expect(throws: SystemError.self) { _ = try opened.bytes(at: 0, count: 1) }
        #expect(try #require(error).isFolder)
    }
}
