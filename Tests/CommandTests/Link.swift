import Foundation
import TestSupport
import Testing

/// The ways to a store; those over SSH end at a server of the test's own.
final class Link {
    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        case directory
        /// libssh in the program itself, which asks for the agent by its path.
        case library
        /// The system's ssh, with everything in a configuration file of the user's.
        case command
        /// A key that can start this one agent and nothing else.
        case forcedCommand

        var testDescription: String { rawValue }
        /// Those that this machine can make.
        static var available: [Kind] { LoopbackSSHServer.isAvailable ? allCases : [.directory] }
        /// One without a far end and, if it can be had, one with.
        static var nearAndFar: [Kind] { available.filter { $0 == .directory || $0 == .library } }
    }

    let kind: Kind
    private let open: LoopbackSSHServer?
    private var forced: LoopbackSSHServer?
    private let agentQuota: String?

    /// - Parameter agentQuota: What the one agent of a forced command takes at most.
    init(_ kind: Kind, agentQuota: String? = nil) throws {
        self.kind = kind
        self.agentQuota = agentQuota
        open = kind == .library || kind == .command ? try LoopbackSSHServer() : nil
    }

    /// The server at the other end.
    var server: LoopbackSSHServer {
        get throws { try #require(open ?? forced) }
    }

    /// What stands in the braces of a target; starts the server that serves one folder only.
    func target(store: String) throws -> String {
        let agent = try Command.built("hybridrep")
        if kind == .directory { return "directory: \(store)" }
        if kind == .forcedCommand, forced == nil {
            let quota = agentQuota.map { " --quota \($0)" } ?? ""
            forced = try LoopbackSSHServer(forcedCommand: "\(agent) serve --store \(store)\(quota)")
        }
        let server = try server
        guard kind == .command else {
            let program = kind == .library ? "remote-command: \(agent)" : "remote-command: /nonexistent"
            return [
                "ssh: \(server.user)@\(server.host)", "port: \(server.port)",
                "identity: \(server.identityPath)", "known-hosts: \(server.knownHostsPath)",
                "store: \(store)", program,
            ].joined(separator: ", ")
        }
        try server.write(
            "ssh_config",
            """
            Host far-end
              HostName \(server.host)
              Port \(server.port)
              User \(server.user)
              IdentityFile \(server.identityPath)
              IdentitiesOnly yes
              UserKnownHostsFile \(server.knownHostsPath)
            """)
        return [
            "ssh: far-end", "store: \(store)", "remote-command: \(agent)",
            "ssh-command: ssh -F \(server.path("ssh_config"))",
        ].joined(separator: ", ")
    }

    /// Arguments that name the store on a host without any configuration.
    func bareArguments(store: String) throws -> [String] {
        guard kind != .directory else { return ["--store", store] }
        let server = try server
        let agent = try Command.built("hybridrep")
        guard kind != .command else {
            return [
                "--store", "ssh://far-end\(store)", "--remote-command", agent, "--ssh-command",
                "ssh -F \(server.path("ssh_config"))",
            ]
        }
        return [
            "--store", "ssh://\(server.user)@\(server.host):\(server.port)\(store)",
            "--identity", server.identityPath, "--known-hosts", server.knownHostsPath,
        ] + (kind == .library ? ["--remote-command", agent] : [])
    }
}
