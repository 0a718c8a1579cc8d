import Foundation
import TestSupport
import Testing

/// What is said of a store that is missing, and that no second one takes its place unasked.
@Suite struct MissingStoreTests {
    private static let isMounted = "the store that this job was shipped to is not there: is the disk mounted?"

    private func site() throws -> Site {
        let site = try Site(source: "command: echo something")
        try site.expectGood("run", Site.job)
        return site
    }

    // Goal of this test: a disk that is not mounted does not become an empty store on the disk below it.
    @Test func whereThisHostHasShippedNothingIsMadeAnew() throws {
        let site = try site()
        try FileManager.default.moveItem(atPath: site.store, toPath: site.path("away"))
        try FileManager.default.createDirectory(atPath: site.store, withIntermediateDirectories: true)
        let next = "to begin a new store in its place: hybridrep init vault --new\n"
        for words in [["run", Site.job], ["list", Site.job], ["init", "vault"], ["push", Site.job]] {
            let result = try site.run(words)
            #expect(result.status == 10)
            #expect(result.errorText.contains(Self.isMounted), "\(words): \(result.errorText)")
            #expect(result.errorText.hasSuffix(next), "\(words): \(result.errorText)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.store) == [])
        try site.expectGood("init", "vault", "--new")
        try site.expectGood("run", Site.job)
        #expect(try site.points().count == 1)
    }

    @Test func aCopyMakesNoSecondStoreEither() throws {
        let site = try Site()
        try site.configure(
            source: "command: echo something",
            targets: ["vault": "directory: \(site.store)", "usb": "directory: \(site.path("usb"))"])
        try site.expectGood("init", "vault")
        try site.expectGood("init", "usb")
        try site.expectGood("run", Site.job)
        try FileManager.default.removeItem(atPath: site.path("usb"))
        let said = try site.expect(10, "copy", Site.job, "--from", "vault", "--to", "usb")
        #expect(said.contains(Self.isMounted), "\(said)")
        #expect(!FileManager.default.fileExists(atPath: site.path("usb")))
    }

    @Test func hintsNameTheTarget() throws {
        let site = try Site()
        try site.configure(source: "command: echo x", targets: ["vault": "directory: \(site.store)"])
        #expect(
            try site.expect(10, "list", Site.job).hasSuffix(
                "there is no store\nhint: make it with: hybridrep init vault --job mdb01\n"))
    }

    @Test func withoutConfigurationTheJobsOfAStoreAreSaid() throws {
        let site = try site()
        let scratch = site.scratch
        let missing = try scratch.hybridrep(["list", "wiki", "--store", site.store])
        #expect(missing.status == 10)
        #expect(missing.errorText.hasSuffix("has no such job; it has mdb01\n"))
        let listed = try scratch.hybridrep(["list", "--store", site.store])
        #expect(listed.status == 0)
        #expect(listed.outputText == "mdb01\n")
        for words in [
            ["restore"], ["restore", "--to", "x"], ["show"], ["verify"], ["gc"], ["forget"], ["diff"],
            ["rehearse"], ["apply", "--to", "x"],
        ] {
            let asked = try scratch.hybridrep(words + ["--store", site.store])
            #expect(asked.status == 2)
            let line = "hybridrep \(words[0]): FAILED (2) which job? \(site.store) has mdb01\n"
            #expect(
                asked.errorText == line + "hint: hybridrep list --store \(site.store) mdb01\n",
                "\(words): \(asked.errorText)")
        }
        let nothing = try scratch.hybridrep(["list", "--store", site.path("nothing")])
        #expect(nothing.status == 10)
        #expect(nothing.errorText.contains("there is no store\nhint: check the path"))
    }

    // Goal of this test: what is printed on a bare host can be typed there.
    @Test func hintsOnABareHostNameTheStore() throws {
        let site = try site()
        let said = try site.scratch.hybridrep(["show", Site.job, "9", "--store", site.store])
        #expect(said.status == 10)
        #expect(
            said.errorText.hasSuffix(
                "hint: see what is there with: hybridrep list --store \(site.store) mdb01\n"))
    }

    @Test(
        "an address with a port has the key to use",
        arguments: [
            ("hr@127.0.0.1:2222", "write ssh: hr@127.0.0.1, and the port has its own key: port: 2222"),
            (
                "ssh://hr@vault:22/srv/hr",
                "write ssh: hr@vault, and the port has its own key: port: 22, and the folder: store: /srv/hr"
            ),
            ("[::1]:2222", "write ssh: [::1], and the port has its own key: port: 2222"),
            ("vault:", "the port has its own key"),
            ("vault:99999", "the port has its own key"),
        ]) func port(address: String, hint: String) throws
    {
        let scratch = try Scratch()
        let found = try scratch.check(
            """
            jobs:
              j: {source: {file: /etc/hostname}, targets: [t]}
            targets:
              t: {ssh: "\(address)", store: /srv/x}

            """)
        #expect(found.status == 2)
        #expect(
            found.errors
                == "hybridrep config check: FAILED (2) FILE:4:12: targets.t.ssh: expected user@host, "
                + "found \"\(address)\"\nhint: \(hint)\n")
    }
}
