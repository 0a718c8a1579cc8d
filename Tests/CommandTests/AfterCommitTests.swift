import Foundation
import Platform
import TestSupport
import Testing

/// What must not go wrong around a commit and a restore, beyond the bytes themselves.
@Suite struct AfterCommitTests {
    // Goal of this test: a source that comes back unchanged every hour does not fill the spool.
    @Test func anUnchangedSourceKeepsOneImageInTheSpool() throws {
        let site = try Site(source: "command: \"head -c 100000 /dev/zero | tr '\\\\0' x\"")
        for _ in 0..<4 { try site.expectGood("run", Site.job) }
        let names = try FileManager.default.contentsOfDirectory(atPath: site.spool)
        let images = names.filter { $0.hasSuffix(".img") }
        #expect(images.count <= 2, "\(images)")
        #expect(try site.points().count == 4)
    }

    // Goal of this test: a device is never replaced by a file of its name.
    @Test func aRestoreOverSomethingThatIsNoFileIsRefused() throws {
        let site = try Site(source: "command: echo something")
        try site.expectGood("run", Site.job)
        let folder = site.path("folder")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for target in ["/dev/null", folder] {
            let said = try site.expect(2, "restore", Site.job, "--image", target, "--force")
            #expect(said.contains("write \(target): it is not a regular file"))
        }
        let status = try #require(try HostFileSystem().status("/dev/null"))
        #expect(status.kind == .other)
    }

    // Goal of this test: what an earlier restore left is neither used nor removed.
    @Test func aPartialFileOfAnotherRestoreStaysAsItIs() throws {
        let site = try Site(source: "command: echo something")
        try site.expectGood("run", Site.job)
        let target = site.path("out")
        let other = target + ".0123abcd.hybridrep-partial"
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: other))
        try site.expectGood("restore", Site.job, "--image", target)
        #expect(FileManager.default.contents(atPath: target) == Data("something\n".utf8))
        #expect(FileManager.default.contents(atPath: other) == Data([1, 2, 3]))
    }

    // Goal of this test: a state folder that cannot be written does not turn a commit into a failure.
    @Test func aCommitStaysOneWhenThisHostCannotRememberIt() throws {
        let site = try Site(source: "command: echo something")
        try site.expectGood("run", Site.job)
        // A folder where the memory of the target would be written.
        let memory = "\(site.path("state"))/\(Site.job)/targets/vault"
        let partial = memory + ".partial"
        try FileManager.default.createDirectory(atPath: partial + "/x", withIntermediateDirectories: true)
        let result = try site.run("run", Site.job, "--json")
        #expect(result.outputText.contains("\"committed\":true"))
        #expect(result.errorText.contains("is committed, but this host cannot record it"))
        try FileManager.default.removeItem(atPath: partial)
        #expect(try site.points().count == 2)
    }

    // Goal of this test: an index that cannot be read is made good from the packs.
    @Test func aDamagedIndexDoesNotStandInTheWayOfARestore() throws {
        let site = try Site(source: "command: echo something")
        try site.expectGood("run", Site.job)
        let index = try #require(try site.stored("index").first)
        try FileManager.default.removeItem(atPath: index)
        try FileManager.default.createDirectory(atPath: index, withIntermediateDirectories: true)
        try site.expectGood("restore", Site.job, "--image", site.path("out"))
        #expect(FileManager.default.contents(atPath: site.path("out")) == Data("something\n".utf8))
    }
}
