import Foundation
import Glibc
import Platform
import TestSupport
import Testing

/// A lock is released with its last reference, and never later.
@Suite struct FileLockTests {
    private let folder: TemporaryFolder
    private let files = HostFileSystem()

    init() throws { folder = try TemporaryFolder() }

    /// Our descriptors of a file.
    private func descriptors(of path: String) throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init).filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
        }
    }

    @Test func aLockExcludesAnotherWhileItIsHeld() throws {
        let path = folder.path + "/lock"
        let held = try #require(try files.lock(path, .exclusive))
        #expect(try files.lock(path, .exclusive) == nil)
        #expect(try files.lock(path, .shared) == nil)
        withExtendedLifetime(held) {}
    }

    // A program that is being started has copies of all descriptors until its exec.
    @Test func aCopyOfItsDescriptorDoesNotKeepALock() throws {
        let path = folder.path + "/lock"
        var held = try files.lock(path, .exclusive)
        #expect(held != nil)
        let copy = dup(try #require(try descriptors(of: path).first))
        defer { _ = close(copy) }
        held = nil
        #expect(try files.lock(path, .exclusive) != nil)
    }
}
