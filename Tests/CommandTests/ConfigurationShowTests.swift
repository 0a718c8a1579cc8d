import Foundation
import TestSupport
import Testing

@Suite struct ConfigurationShowTests {
    static let design = """
        state: /var/lib/hybridrep
        jobs:
          mdb01:
            source: {ese: /mnt/snap/mdb01, logs: /mnt/snap/mdb01-logs}   # or file: …
            spool: {directory: /backup/spool, keep: 2}
            targets: [vault]
            rpo: 26h
            keep: {last: 3, daily: 14, weekly: 8, monthly: 12, logs: 7d}
        targets:
          vault:
            ssh: backup@vault.example.net
            store: /srv/hybridrep
            remote-command: hybridrep
            # ssh-command: ssh -J bastion
            limit-rate: 20M
          usb: {directory: /media/usb/hybridrep}
        """

    /// The rows of `config show`, as setting, value and origin.
    private func show(
        _ scratch: Scratch, _ arguments: [String] = [], environment: [String: String] = [:]
    ) throws -> [[String]] {
        let path = try scratch.write(Self.design)
        let result = try scratch.hybridrep(
            ["config", "show", "--config", path] + arguments, environment: environment)
        #expect(result.status == 0)
        #expect(result.errorText == "")
        return result.outputText.split(separator: "\n").map { line in
            line.replacingOccurrences(of: path, with: "FILE").components(separatedBy: "  ")
                .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
    }

    @Test func everySettingOfADesignedFileIsListedWithItsOrigin() throws {
        let rows = try show(Scratch())
        #expect(
            rows == [
                ["SETTING", "VALUE", "ORIGIN"],
                ["state", "/var/lib/hybridrep", "FILE:1:8"],
                ["jobs.mdb01.source.ese", "/mnt/snap/mdb01", "FILE:4:19"],
                ["jobs.mdb01.source.logs", "/mnt/snap/mdb01-logs", "FILE:4:42"],
                ["jobs.mdb01.source.leave-out", "[]", "default"],
                ["jobs.mdb01.spool.directory", "/backup/spool", "FILE:5:24"],
                ["jobs.mdb01.spool.keep", "2", "FILE:5:45"],
                ["jobs.mdb01.targets", "[vault]", "FILE:6:14"],
                ["jobs.mdb01.priority", "50", "default"],
                ["jobs.mdb01.rpo", "26h", "FILE:7:10"],
                ["jobs.mdb01.rto", "none", "default"],
                ["jobs.mdb01.verify.full-within", "none", "default"],
                ["jobs.mdb01.sanity-gate", "true", "default"],
                ["jobs.mdb01.rehearse.scratch", "none", "default"],
                ["jobs.mdb01.rehearse.exec", "none", "default"],
                ["jobs.mdb01.rehearse.deadline", "1h", "default"],
                ["jobs.mdb01.rehearse.within", "none", "default"],
                ["jobs.mdb01.keep.last", "3", "FILE:8:18"],
                ["jobs.mdb01.keep.within", "none", "default"],
                ["jobs.mdb01.keep.hourly", "0", "default"],
                ["jobs.mdb01.keep.daily", "14", "FILE:8:28"],
                ["jobs.mdb01.keep.weekly", "8", "FILE:8:40"],
                ["jobs.mdb01.keep.monthly", "12", "FILE:8:52"],
                ["jobs.mdb01.keep.yearly", "0", "default"],
                ["jobs.mdb01.keep.logs", "7d", "FILE:8:62"],
                ["jobs.mdb01.keep.min-points", "1", "default"],
                ["jobs.mdb01.keep.min-age", "none", "default"],
                ["jobs.mdb01.keep.time-zone", "UTC", "default"],
                ["jobs.mdb01.level", "auto", "default"],
                ["jobs.mdb01.keep-base", "full", "default"],
                ["jobs.mdb01.full-compare", "30d", "default"],
                ["jobs.mdb01.full-every", "none", "default"],
                ["jobs.mdb01.hooks.pre-push", "none", "default"],
                ["jobs.mdb01.hooks.post-push", "none", "default"],
                ["jobs.mdb01.hooks.on-failure", "none", "default"],
                ["jobs.mdb01.hooks.post-verify", "none", "default"],
                ["jobs.mdb01.hooks.post-rehearse", "none", "default"],
                ["jobs.mdb01.hooks.deadline", "10m", "default"],
                ["jobs.mdb01.ping-url", "none", "default"],
                ["targets.vault.ssh", "backup@vault.example.net", "FILE:11:10"],
                ["targets.vault.port", "22", "default"],
                ["targets.vault.identity", "none", "default"],
                ["targets.vault.known-hosts", "none", "default"],
                ["targets.vault.lanes", "4", "default"],
                ["targets.vault.store", "/srv/hybridrep", "FILE:12:12"],
                ["targets.vault.remote-command", "hybridrep", "FILE:13:21"],
                ["targets.vault.ssh-command", "none", "default"],
                ["targets.vault.limit-rate", "20M", "FILE:15:17"],
                ["targets.vault.retry-for", "5m", "default"],
                ["targets.vault.quota", "none", "default"],
                ["targets.usb.directory", "/media/usb/hybridrep", "FILE:16:20"],
                ["targets.usb.quota", "none", "default"],
            ])
    }

    @Test func commandLineBeatsEnvironmentBeatsFileBeatsDefault() throws {
        let scratch = try Scratch()
        let environment = ["HYBRIDREP_LIMIT_RATE": "5M", "HYBRIDREP_LANES": "8"]
        func row(_ key: String, _ arguments: [String], _ environment: [String: String]) throws -> [String]? {
            try show(scratch, arguments, environment: environment).first { $0[0] == key }
        }
        let rate = "targets.vault.limit-rate"
        #expect(try row(rate, [], [:]) == [rate, "20M", "FILE:15:17"])
        #expect(try row(rate, [], environment) == [rate, "5M", "HYBRIDREP_LIMIT_RATE"])
        #expect(try row(rate, ["--limit-rate", "none"], environment) == [rate, "none", "--limit-rate"])
        let lanes = "targets.vault.lanes"
        #expect(try row(lanes, [], environment) == [lanes, "8", "HYBRIDREP_LANES"])
    }

    @Test func windowsOfARateAreShownAsTheyAreWritten() throws {
        let scratch = try Scratch()
        let path = try scratch.write(
            "targets: {t: {ssh: a@b, store: /s, limit-rate: {\"08:00-18:00\": 5M, \"18:00-08:00\": none}}}\n")
        let result = try scratch.hybridrep(["config", "show", "--config", path])
        #expect(result.outputText.contains("{\"08:00-18:00\": 5M, \"18:00-08:00\": none}"))
    }

    @Test func aBadOverrideIsNamedByItsVariableOrOption() throws {
        let scratch = try Scratch()
        let path = try scratch.write(Self.design)
        let variable = try scratch.hybridrep(
            ["config", "check", "--config", path], environment: ["HYBRIDREP_LEVEL": "x"])
        #expect(variable.status == 2)
        #expect(
            variable.errorText == "hybridrep config check: FAILED (2) HYBRIDREP_LEVEL: jobs.mdb01.level: "
                + "expected auto or a whole number from 1 to 19, found \"x\"\n")
        let option = try scratch.hybridrep(["config", "check", "--config", path, "--lanes", "99"])
        #expect(
            option.errorText.contains("--lanes: targets.vault.lanes: expected a whole number from 1 to 16"))
    }

    @Test func aTildeIsTheUsersHome() throws {
        let scratch = try Scratch()
        let path = try scratch.write("state: ~/state\ntargets: {t: {directory: /t}}\n")
        let result = try scratch.hybridrep(["config", "show", "--config", path])
        #expect(result.outputText.contains("\(scratch.folder)/state"))
    }

    @Test func jsonHasNumbersAndPositions() throws {
        let scratch = try Scratch()
        let path = try scratch.write(Self.design)
        let result = try scratch.hybridrep(["config", "show", "--json", "--config", path])
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any])
        let settings = try #require(object["settings"] as? [[String: Any]])
        func find(_ key: String) -> [String: Any]? { settings.first { $0["key"] as? String == key } }
        let rate = try #require(find("targets.vault.limit-rate"))
        #expect(rate["value"] as? Int == 20 << 20)
        #expect(rate["origin"] as? String == "file")
        #expect(rate["line"] as? Int == 15)
        #expect(rate["column"] as? Int == 17)
        #expect(find("jobs.mdb01.rpo")?["value"] as? Int == 26 * 3600)
        #expect(find("jobs.mdb01.keep.hourly")?["value"] as? Int == 0)
        let within = try #require(find("jobs.mdb01.keep.within"))
        #expect(within["value"] is NSNull)
        #expect(within["origin"] as? String == "default")
        #expect(within["line"] is NSNull)
    }

    @Test func aNameWithAnEscapeSequenceDoesNotReachTheTerminal() throws {
        let scratch = try Scratch()
        let path = try scratch.write("targets: {t: {directory: \"/t/\u{202E}x\"}}\n")
        let result = try scratch.hybridrep(["config", "show", "--config", path])
        #expect(result.status == 0)
        #expect(result.outputText.contains("/t/\\u{202E}x"))
    }
}
