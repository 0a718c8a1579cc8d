import Foundation
import Platform
import TestSupport
import Testing

@testable import hybridrep

/// Folders of this host that others may write into, and what they may have put there.
@Suite struct SharedFolderTests {
    private let files = HostFileSystem()

    private func site() throws -> Site {
        let site = try Site()
        try site.configure(source: try site.makeRawFile(), targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        return site
    }

    private func mode(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// A file that is none of ours.
    private func victim(_ site: Site) throws -> String {
        try files.makeFolder(site.path("theirs"))
        return try site.scratch.write("theirs", to: "theirs/file", mode: 0o600)
    }

    private func expectUntouched(_ victim: String) throws {
        #expect(try files.contents(victim, limit: 100) == Array("theirs".utf8))
        #expect(try files.list(PathText.folder(of: victim)) == ["file"])
    }

    @Test(arguments: ["state", "spool/mdb01", "store"], [0o777, 0o1777, 0o703])
    func aFolderThatEverybodyMayChangeIsRefused(name: String, mode: Int) throws {
        let site = try site()
        try self.mode(mode, site.path(name))
        // The root of a tmpfs or a new disk may be like /tmp: nobody takes away there what is somebody else's.
        guard name != "store" || mode != 0o1777 else {
            try site.expectGood("run", Site.job)
            return
        }
        let errors = try site.expect(2, "run", Site.job)
        #expect(errors.contains("\(site.path(name)): every user of this host may change its content"))
        #expect(errors.contains("hint: chmod o-w \(site.path(name))"))
        try self.mode(0o700, site.path(name))
        try site.expectGood("run", Site.job)
    }

    @Test(arguments: ["state", "spool/mdb01", "store"], [0o770, 0o1770, 0o2775, 0o720])
    func aFolderThatAGroupMayChangeIsRefused(name: String, mode: Int) throws {
        let site = try site()
        let path = site.path(name)
        if HostIdentity.isRoot { try files.give(path, to: FileOwner(user: 0, group: 34)) }
        try self.mode(mode, path)
        let group = try #require(try files.status(path))
        guard group.group != group.owner, name != "store" || mode != 0o1770 else {
            try site.expectGood("run", Site.job)
            return
        }
        let errors = try site.expect(2, "run", Site.job)
        #expect(errors.contains("\(path): group \(group.group) may change its content (mode "))
        #expect(errors.contains("hint: chmod g-w \(path)"))
        try self.mode(0o700, path)
        try site.expectGood("run", Site.job)
    }

    @Test(.enabled(if: HostIdentity.isRoot, "needs root"), arguments: ["state", "spool/mdb01"])
    func aFolderOfAPrivateGroupIsFine(name: String) throws {
        let site = try site()
        let trust = FolderTrust(files: files, path: site.path(name), name: name)
        try files.give(trust.path, to: FileOwner(user: 34, group: 34))
        try mode(0o770, trust.path)
        #expect(try trust.obstacle(mayBeForeign: true) == nil)
        try files.give(trust.path, to: FileOwner(user: 0, group: 0))
        #expect(try trust.obstacle(mayBeForeign: true) != nil)
    }

    // Goal of this test: who may write into the folder of a log does not choose the file that an agent appends to.
    @Test func theLogOfAnAgentFollowsNoLink() throws {
        let site = try site()
        let victim = try victim(site)
        let log = site.path("serve.log")
        try FileManager.default.createSymbolicLink(atPath: log, withDestinationPath: victim)
        let served = try site.scratch.hybridrep(["serve", "--store", site.store, "--log", log])
        #expect(served.status == 1, "\(served.errorText)")
        #expect(served.errorText.contains(log))
        try expectUntouched(victim)
    }

    @Test(.enabled(if: HostIdentity.isRoot, "needs root"), arguments: ["state", "spool/mdb01"])
    func aFolderOfSomebodyElseIsRefused(name: String) throws {
        let site = try site()
        try files.give(site.path(name), to: FileOwner(user: 34, group: 34))
        let errors = try site.expect(2, "run", Site.job)
        #expect(errors.contains("\(site.path(name)) belongs to backup"))
        #expect(errors.contains("hint: sudo -u backup "))
    }

    @Test(.enabled(if: HostIdentity.isRoot, "needs root"))
    func aConfigurationOfSomebodyElseIsRefused() throws {
        let site = try site()
        try files.open(site.configuration, .update).give(to: FileOwner(user: 34, group: 34))
        let errors = try site.expect(2, "status")
        #expect(
            errors.contains("belongs to backup, neither root nor the current user, and it names commands"))
        #expect(errors.contains("hint: sudo -u backup "))
    }

    @Test func aSharedScratchIsFineWhereNobodyMayTakeAwayAnothersFiles() throws {
        let site = try site()
        let scratch = site.path("scratch")
        try files.makeFolder(scratch)
        try mode(0o1777, scratch)
        try site.expectGood("rehearse", Site.job, "--scratch", scratch)
        try mode(0o777, scratch)
        let errors = try site.expect(2, "rehearse", Site.job, "--scratch", scratch)
        #expect(errors.contains("every user of this host may change its content (mode 777)"))
    }

    /// What looks like a rehearsal's place and was made by somebody else, or in another way, stays as it is.
    @Test func plantedLeftoversAreLeftAlone() throws {
        let site = try site()
        let victim = try victim(site)
        let scratch = site.path("scratch")
        try files.makeFolder(scratch)
        try mode(0o1777, scratch)
        let link = scratch + "/hybridrep-rehearsal-00000000000000aa"
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: PathText.folder(of: victim))
        let open = scratch + "/hybridrep-rehearsal-00000000000000bb"
        try files.makeFolder(open)
        try mode(0o755, open)
        _ = try files.lock(open + "/lock", .exclusive)
        let file = try site.scratch.write("theirs", to: "scratch/hybridrep-rehearsal-00000000000000cc")
        // One of ours, with a link in it: it goes, and what the link leads to does not.
        let own = scratch + "/hybridrep-rehearsal-00000000000000dd"
        try files.makeFolder(own)
        _ = try files.lock(own + "/lock", .exclusive)
        try FileManager.default.createSymbolicLink(
            atPath: own + "/restored", withDestinationPath: PathText.folder(of: victim))
        try site.expectGood("rehearse", Site.job, "--scratch", scratch)
        let left = try files.list(scratch).filter { !$0.hasPrefix(".") }
        #expect(left == [link, open, file].map(PathText.name))
        try expectUntouched(victim)
    }

    @Test("a restore writes through no link", arguments: ["--in-place", "--force"])
    func aRestoreOfAFileWritesThroughNoLink(option: String) throws {
        let site = try site()
        let victim = try victim(site)
        let target = site.path("restored.img")
        try FileManager.default.createSymbolicLink(atPath: target, withDestinationPath: victim)
        for form in ["--to", "--image"] {
            let errors = try site.expect(2, "restore", Site.job, form, target, option)
            #expect(errors.contains("it is not a regular file"))
        }
        try expectUntouched(victim)
    }

    @Test("members of a set are written through no link", arguments: ["--in-place", "--force"])
    func aRestoreOfASetWritesThroughNoLink(option: String) throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        let victim = try victim(site)
        let target = site.path("restored")
        try files.makeFolder(target)
        let name = try #require(try site.source().keys.first { $0.hasSuffix(".edb") })
        try FileManager.default.createSymbolicLink(
            atPath: target + "/" + name, withDestinationPath: victim)
        let result = try site.run("restore", Site.job, "--to", target, option)
        try expectUntouched(victim)
        // Where files are replaced the link goes; where they are changed there is none to change.
        #expect(result.status == (option == "--force" ? 0 : 2), "\(result.errorText)")
    }

    @Test func aReplicaIsWrittenThroughNoLink() throws {
        let site = try site()
        let victim = try victim(site)
        let replica = site.path("replica.img")
        try FileManager.default.createSymbolicLink(atPath: replica, withDestinationPath: victim)
        for option in ["--force", "--in-place"] {
            _ = try site.run("apply", Site.job, "--to", replica, "--unverified", option)
            try expectUntouched(victim)
        }
    }

    @Test func aReportShowsNoMoreThanItsModeMayAndFollowsNoLink() throws {
        let site = try site()
        let victim = try victim(site)
        let page = site.path("report.html")
        try FileManager.default.createSymbolicLink(atPath: page, withDestinationPath: victim)
        _ = try site.run("report", "--html", page)
        try expectUntouched(victim)
        #expect(try files.status(page)?.length ?? 0 > 1_000)
        try mode(0o640, page)
        _ = try site.run("report", "--html", page)
        #expect(try files.status(page)?.mode == 0o640)
    }

    @Test("without HOME and an entry in the password file SSH has no home folder, and says so")
    func withoutAHomeSSHSaysSo() throws {
        guard HostIdentity.isRoot, HostIdentity.userName(4_242) == nil else { return }
        let program = try Command.built("hybridrep")
        let arguments = [
            "setpriv", "--reuid=4242", "--regid=4242", "--clear-groups", "env", "-i", program, "list", "j",
            "--store", "ssh://x@127.0.0.1:1/srv/x",
        ]
        let result = try Command.run(arguments, environment: ["PATH": "/usr/bin:/bin"])
        #expect(result.status == 23)
        #expect(result.errorText.contains("HOME is not set, and the password file has no entry"))
    }
}
