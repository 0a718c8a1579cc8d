import TestSupport
import Testing

/// What is wrong with a configuration, and what the user is told.
@Suite struct ConfigurationErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let message: String
        let hint: String?
        init(_ text: String, _ message: String, hint: String? = nil) {
            self.text = text
            self.message = message
            self.hint = hint
        }
        var testDescription: String { message }
    }

    /// A job with one more line, at line 4, and the target it names.
    static func job(_ line: String) -> String {
        "jobs:\n  a:\n    targets: [t]\n    \(line)\ntargets: {t: {directory: /t}}\n"
    }

    static func target(_ line: String) -> String { "targets:\n  t:\n    \(line)\n" }

    static let keys: [Case] = [
        Case("stat: /x\n", "FILE:1:1: unknown key \"stat\"", hint: "did you mean \"state\"?"),
        Case(
            job("sourse: {ese: /x}"), "FILE:4:5: unknown key \"sourse\" in jobs.a",
            hint: "did you mean \"source\"?"),
        Case(
            job("source: {ese: /x, los: /y}"), "FILE:4:23: unknown key \"los\" in jobs.a.source",
            hint: "did you mean \"logs\"?"),
        Case(
            job("spool: {directory: /x}"), "FILE:3:5: jobs.a: source is missing"),
        Case(
            job("keep: {dialy: 3}\n    source: {ese: /x}"), "FILE:4:12: unknown key \"dialy\" in jobs.a.keep",
            hint: "did you mean \"daily\"?"),
        Case(
            job("source: {ese: /x}\n    spool: {zzzzzz: 1}"),
            "FILE:5:13: unknown key \"zzzzzz\" in jobs.a.spool",
            hint: "known here: directory, keep"),
        Case(
            target("ssh: a@b\n    prot: 22"), "FILE:4:5: unknown key \"prot\" in targets.t",
            hint: "did you mean \"port\"?"),
        Case("state: /x\nstate: /y\n", "FILE:1:1: duplicate key \"state\", first given here"),
    ]

    static let types: [Case] = [
        Case("- a\n", "FILE:1:1: expected a mapping, found a list"),
        Case("jobs: 3\n", "FILE:1:7: jobs: expected a mapping, found \"3\""),
        Case("state: [a]\n", "FILE:1:8: state: expected one value, found a list"),
        Case("state:\ntargets: {t: {directory: /t}}\n", "FILE:1:7: state: expected text, found nothing"),
        Case("", "FILE: it has neither jobs nor targets"),
        Case(
            "state: var\ntargets: {t: {directory: /t}}\n", "FILE:1:8: state: \"var\" is not an absolute path",
            hint: "a relative path would depend on the folder that cron starts in; begin it with / or ~/"),
        Case(
            job("source: {ese: /x}\n    spool: {keep: many}"),
            "FILE:5:19: jobs.a.spool.keep: expected a whole number from 1 to 1000, found \"many\""),
        Case(
            job("source: {ese: /x}\n    level: 20"),
            "FILE:5:12: jobs.a.level: expected auto or a whole number from 1 to 19, found \"20\""),
        Case(
            job("source: {ese: /x}\n    level: \"3\""),
            "FILE:5:12: jobs.a.level: expected auto or a whole number from 1 to 19, found \"3\""),
        Case(
            job("source: {ese: /x}\n    rpo: 26"),
            "FILE:5:10: jobs.a.rpo: expected a duration such as 26h or 7d, found \"26\""),
        Case(
            job("source: {file: /x, min-size: 1Q}"),
            "FILE:4:34: jobs.a.source.min-size: expected a size such as 8M, found \"1Q\""),
        Case(
            job("source: {file: /x, min-size: 99999999999P}"),
            "FILE:4:34: jobs.a.source.min-size: expected a size such as 8M, found \"99999999999P\""),
        Case(
            job("source: {file: /x, replaced-by-rename: yes}"),
            "FILE:4:44: jobs.a.source.replaced-by-rename: expected true or false, found \"yes\""),
        Case(
            job("source: {ese: /x}\n    keep-base: half"),
            "FILE:5:16: jobs.a.keep-base: expected full or none, found \"half\""),
        Case(
            target("{ssh: a@b, store: /s, limit-rate: 5}"),
            "FILE:3:39: targets.t.limit-rate: expected bytes a second such as 20M (at least 1K), or none, found \"5\""
        ),
        Case(
            target("{ssh: a@b, store: /s, limit-rate: {\"08:00-18:00\": 5M, \"17:59-08:00\": 9M}}"),
            "FILE:3:59: targets.t.limit-rate.17:59-08:00: overlaps 08:00-18:00"),
        Case(
            target("{ssh: a@b, store: /s, limit-rate: {\"08:00-18:00\": 5M}}"),
            "FILE:3:39: targets.t.limit-rate: no rate is given from 18:00 on",
            hint: "the windows must cover the whole day; none is a rate too"),
        Case(
            target("{ssh: a@b, store: /s, limit-rate: {\"8-18\": 5M}}"),
            "FILE:3:40: targets.t.limit-rate.8-18: expected a time of day in UTC such as 08:00-18:00"),
        Case(
            "a: [1\n", "FILE:2:1: not YAML: while parsing a flow sequence: did not find expected ',' or ']'"),
        Case(
            "a: b\n---\nc: d\n",
            "FILE:2:1: not YAML: expected a single document in the stream: but found another document"),
    ]

    static let meanings: [Case] = [
        Case(
            "targets: {T: {directory: /t}}\n", "FILE:1:11: targets.T: \"T\" is not a name",
            hint: "names are up to 64 of a-z 0-9 . _ - and start with a letter or digit"),
        Case(
            "jobs: {a: {source: {ese: /x}, targets: [valt]}}\ntargets: {vault: {directory: /t}}\n",
            "FILE:1:41: jobs.a.targets: target \"valt\" is not defined", hint: "did you mean \"vault\"?"),
        Case(
            "jobs: {a: {source: {ese: /x}, targets: [t, t]}}\ntargets: {t: {directory: /t}}\n",
            "FILE:1:44: jobs.a.targets: target \"t\" is named twice"),
        Case(
            "jobs: {a: {source: {ese: /x}, targets: []}}\n",
            "FILE:1:40: jobs.a.targets: at least one target is needed"),
        Case("jobs: {a: {source: {ese: /x}}}\n", "FILE:1:12: jobs.a: targets is missing"),
        Case(
            job("source: {logs: /x}"),
            "FILE:4:13: jobs.a.source: one of ese, file, command or stdin is needed"),
        Case(
            job("source: {ese: /x, file: /y}"),
            "FILE:4:23: jobs.a.source.file: a source is ese, file, command or stdin, and ese is given already"
        ),
        Case(
            job("source: {file: /x, logs: /y}"),
            "FILE:4:24: jobs.a.source.logs: goes with ese, not with file"),
        Case(job("source: {stdin: false}"), "FILE:4:21: jobs.a.source.stdin: can only be true"),
        Case(target("{lanes: 4}"), "FILE:3:5: targets.t: ssh or directory is needed"),
        Case(target("{ssh: a@b}"), "FILE:3:6: targets.t: store is missing"),
        Case(
            target("{directory: /x, port: 3}"),
            "FILE:3:21: targets.t.port: goes with ssh, not with directory"),
        Case(
            target("{ssh: -oProxyCommand=x, store: /s}"),
            "FILE:3:11: targets.t.ssh: expected user@host, found \"-oProxyCommand=x\"",
            hint: "the port has its own key"),
        Case(
            target("{ssh: a@b, store: s}"),
            "FILE:3:23: targets.t.store: \"s\" is not an absolute path at the far end"),
        Case(
            target("{ssh: \"a@b\\n\", store: /s}"),
            "FILE:3:11: targets.t.ssh: control characters are not allowed"),
    ]

    @Test(arguments: keys + types + meanings)
    func theFirstLineSaysWhatAndWhere(example: Case) throws {
        let (status, errors) = try Scratch().check(example.text)
        let hint = example.hint.map { "hint: \($0)\n" } ?? ""
        #expect(errors == "hybridrep config check: FAILED (2) \(example.message)\n\(hint)")
        #expect(status == 2)
    }
}
