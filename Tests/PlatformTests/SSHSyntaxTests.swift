import Platform
import TestSupport
import Testing

@Suite struct SSHSyntaxTests {
    @Test(
        arguments: [
            ("host", nil, "host", nil), ("u@host", "u", "host", nil), ("u@host:2222", "u", "host", 2222),
            ("[2001:db8::1]:22", nil, "2001:db8::1", 22), ("u@[::1]", "u", "::1", nil),
            ("::1", nil, "::1", nil),
            ("a@b@host", "a@b", "host", nil), ("[fe80::1%eth0]:1", nil, "fe80::1%eth0", 1),
        ] as [(String, String?, String, UInt16?)])
    func destinationsAreRead(text: String, user: String?, host: String, port: UInt16?) throws {
        let destination = try SSHDestination(parsing: text)
        #expect(destination.user == user)
        #expect(destination.host == host)
        #expect(destination.port == port)
        #expect(try SSHDestination(parsing: destination.description) == destination)
    }

    @Test(arguments: [
        "", "-oProxyCommand=x", "u@-host", "u@", "a b", "host;x", "[::1", "[::1]x", "[]", "ho\nst", "h/x",
    ])
    func badHostsAreRefused(text: String) {
        let error = #expect(throws: SSHDestination.ParseError.self) { try SSHDestination(parsing: text) }
        guard case .badHost? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["host:", "host:0", "host:65536", "host:+1", "host:x", "[::1]:"])
    func badPortsAreRefused(text: String) {
        let error = #expect(throws: SSHDestination.ParseError.self) { try SSHDestination(parsing: text) }
        guard case .badPort? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["@host", "-l@host", "a b@host", "$(x)@host"]) func badUsersAreRefused(text: String) {
        let user = String(text.prefix { $0 != "@" })
        #expect(throws: SSHDestination.ParseError.badUser(user)) { try SSHDestination(parsing: text) }
    }

    @Test func theClientsCommandLineEndsItsOptionsBeforeTheHost() throws {
        let argv = try SSHCommandLine.argv(
            command: "ssh -J bastion -i '/a b/key'", destination: SSHDestination(parsing: "u@host:2222"),
            remote: "hybridrep serve")
        #expect(
            argv == [
                "ssh", "-J", "bastion", "-i", "/a b/key", "-T", "-oBatchMode=yes", "-oServerAliveInterval=15",
                "-oServerAliveCountMax=3", "-oConnectTimeout=30", "-l", "u", "-p", "2222", "--", "host",
                "hybridrep serve",
            ])
    }

    @Test(arguments: [
        ("a b\t c", ["a", "b", "c"]), ("'a b'c \"d'e\"", ["a bc", "d'e"]), ("a ''", ["a", ""]),
        (#"a\ b"#, [#"a\"#, "b"]),
    ]) func commandsAreSplit(text: String, words: [String]) throws {
        #expect(try SSHCommandLine.words(of: text) == words)
    }

    @Test(arguments: ["", "  ", "''"]) func emptyCommandsAreRefused(text: String) {
        #expect(throws: SSHCommandLine.ParseError.empty) { try SSHCommandLine.words(of: text) }
    }

    @Test func anOpenQuoteIsRefused() {
        #expect(throws: SSHCommandLine.ParseError.unclosedQuote) { try SSHCommandLine.words(of: "ssh 'a") }
    }

    @Test func aShellReadsBackWhatWasQuoted() throws {
        let words = ["plain", "", "two words", "it's", "$(touch x)", "a\nb", "\\", "*", "~", "ü", "-n", "'"]
        let command = ShellQuote.posix(["printf", "%s\\0"] + words)
        let said = try Command.run(["/bin/sh", "-c", command])
        #expect(String(decoding: said.output, as: UTF8.self) == words.map { $0 + "\0" }.joined())
        #expect(ShellQuote.posix("/srv/store-1_a.b") == "/srv/store-1_a.b")
    }
}
