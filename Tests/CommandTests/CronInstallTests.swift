import Foundation
import TestSupport
import Testing

/// What `cron/install` would do, and does with `--apply`, in a folder of the test's own.
@Suite struct CronInstallTests {
    private static let script = PackageRoot.path + "/cron/install"

    private func install(_ scratch: Scratch, _ arguments: String...) throws -> Command.Result {
        let environment = ["ROOT": scratch.folder + "/root", "PATH": "/usr/bin:/bin"]
        return try Command.run([Self.script] + arguments, environment: environment)
    }

    private func text(_ scratch: Scratch, _ path: String) throws -> String {
        try String(contentsOfFile: scratch.folder + "/root" + path, encoding: .utf8)
    }

    @Test func withoutApplyNothingIsWritten() throws {
        let scratch = try Scratch()
        let result = try install(scratch, "wiki")
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.outputText.contains("/etc/cron.d/hybridrep-wiki: would be written:"))
        #expect(result.outputText.contains("hybridrep run wiki\n"))
        #expect(result.outputText.hasSuffix("--apply\n"))
        #expect(!FileManager.default.fileExists(atPath: scratch.folder + "/root"))
    }

    @Test func withApplyEachJobHasItsFileAndASecondTimeChangesNothing() throws {
        let scratch = try Scratch()
        try scratch.write("hybridrep:x:998:998::/home/hybridrep:/bin/sh\n", to: "root/etc/passwd")
        #expect(try install(scratch, "--apply", "wiki", "mail.x").status == 0)
        #expect(try text(scratch, "/etc/logrotate.d/hybridrep").contains("    su hybridrep hybridrep\n"))
        #expect(
            try text(scratch, "/etc/cron.d/hybridrep-wiki").contains(
                "hybridrep verify wiki --full >/dev/null\n"))
        // cron passes over names with a dot.
        let mail = try text(scratch, "/etc/cron.d/hybridrep-mailDOTx")
        #expect(mail.contains("hybridrep run mail.x\n") && !mail.contains("mdb01"))
        let again = try install(scratch, "--apply", "wiki", "mail.x")
        #expect(again.outputText.split(separator: "\n").allSatisfy { $0.hasSuffix(": there already") })
        let hourly = try install(scratch, "--hourly", "--apply", "wiki")
        #expect(hourly.outputText.hasPrefix("/etc/cron.d/hybridrep-wiki: written\n"))
        #expect(try text(scratch, "/etc/cron.d/hybridrep-wiki").contains("\n7 * * * *  root  "))
    }

    // Goal of this test: on the host of a job logrotate is not given an account that it does not know.
    @Test func withoutAnAgentsAccountItsLogIsNotRotated() throws {
        let scratch = try Scratch()
        let result = try install(scratch, "--apply", "wiki")
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.outputText.contains("/etc/logrotate.d/hybridrep: left out, as there is no account"))
        #expect(!FileManager.default.fileExists(atPath: scratch.folder + "/root/etc/logrotate.d"))
    }

    @Test func noTwoJobsShareAFile() throws {
        let scratch = try Scratch()
        let jobs = ["a.b", "a_b", "a-b", "adotb", "a..b", "a._b", "a_.b", "a__b", "a.", "a", "a_"]
        let result = try Command.run(
            [Self.script, "--apply"] + jobs,
            environment: ["ROOT": scratch.folder + "/root", "PATH": "/usr/bin:/bin"])
        #expect(result.status == 0, "\(result.errorText)")
        let files = try FileManager.default.contentsOfDirectory(
            atPath: scratch.folder + "/root/etc/cron.d")
        #expect(files.count == jobs.count)
        // What cron takes at all.
        #expect(files.allSatisfy { $0.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil })
        for job in jobs {
            let name = "/etc/cron.d/hybridrep-" + job.replacing(".", with: "DOT")
            #expect(try text(scratch, name).contains("hybridrep run \(job)\n"))
        }
    }

    @Test func systemdGetsUnitsAndAnHourlyTimerWhereAsked() throws {
        let scratch = try Scratch()
        let result = try install(scratch, "--apply", "--systemd", "--hourly", "wiki")
        #expect(result.outputText.contains("would call: systemctl enable --now hybridrep@wiki.timer\n"))
        #expect(try text(scratch, "/etc/systemd/system/hybridrep@.timer").contains("Persistent=true"))
        #expect(
            try text(scratch, "/etc/systemd/system/hybridrep@wiki.timer.d/hourly.conf").hasPrefix(
                "[Timer]\nOnCalendar=\n"))
    }

    // Goal of this test: every line that is installed at the store's host does its work there.
    @Test func theStoresHostHasItsOwnRetention() throws {
        let site = try Site(source: "command: echo something")
        try site.expectGood("run", Site.job)
        let scratch = site.scratch
        let environment = ["DESTDIR": scratch.folder + "/root", "PATH": "/usr/bin:/bin"]
        for more in [[], ["--systemd"]] {
            let result = try Command.run(
                [Self.script, "--store-host", "--apply", site.store] + more, environment: environment)
            #expect(result.status == 0, "\(result.errorText)")
        }
        let rules = try text(scratch, "/etc/hybridrep/retention")
        let keep = try #require(rules.firstMatch(of: /\nKEEP="([^"]+)"\n/)).1
        var verbs: [String] = []
        for file in ["/etc/cron.d/hybridrep_retention", "/etc/systemd/system/hybridrep-retention.service"] {
            for line in try text(scratch, file).split(separator: "\n") where !line.hasPrefix("#") {
                for found in line.matches(of: /hybridrep ((?:forget|gc) [^>;]+)/) {
                    let words = found.1.replacing("$KEEP", with: keep).split(separator: " ").map {
                        String($0)
                    }
                    let result = try scratch.hybridrep(words)
                    #expect(result.status == 0, "\(words): \(result.errorText)")
                    #expect(words.contains(site.store))
                    verbs.append(words[0])
                }
            }
        }
        #expect(verbs == ["forget", "gc", "forget", "gc"])
        // The rules are the administrator's.
        try scratch.write("KEEP=mine\n", to: "root/etc/hybridrep/retention")
        _ = try Command.run([Self.script, "--store-host", "--apply"], environment: environment)
        #expect(try text(scratch, "/etc/hybridrep/retention") == "KEEP=mine\n")
    }

    @Test(arguments: [
        [], ["--store-host", "wiki"], ["/srv/x"], ["--store-host", "/a;b"], ["--nonsense", "wiki"], ["Wiki"],
        ["../x"], ["a;b"],
    ]) func aMistakeIsCode2(
        arguments: [String]
    ) throws {
        let scratch = try Scratch()
        let environment = ["ROOT": scratch.folder + "/root", "PATH": "/usr/bin:/bin"]
        let result = try Command.run([Self.script] + arguments + ["--apply"], environment: environment)
        #expect(result.status == 2)
        #expect(result.errorText.hasPrefix("cron/install: "))
        #expect(!FileManager.default.fileExists(atPath: scratch.folder + "/root"))
    }
}
