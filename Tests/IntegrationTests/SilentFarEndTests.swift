import OffsiteStore
import Platform
import StoreAgent
import TestSupport
import Testing

/// A far end that says nothing while its sshd lives: a hung disk, or a hung home.
@Suite(.enabled(if: LoopbackSSHServer.isAvailable, "needs OpenSSH's server and client"))
struct SilentFarEndTests {
    /// - Parameter command: Answers in the place of the agent.
    private func greet(_ command: String) throws -> StoreError? {
        let server = try LoopbackSSHServer(forcedCommand: command)
        var options = SSHOptions()
        options.identityFiles = [server.identityPath]
        options.knownHostsFile = server.knownHostsPath
        options.keepAliveSeconds = 1
        options.progressSeconds = 2
        let transport = try SSHTransport(
            to: SSHDestination(user: server.user, host: server.host, port: server.port),
            command: "hybridrep serve --store /srv/x", options: options)
        return #expect(throws: StoreError.self) {
            try AgentStore(
                over: transport, label: "vault", dialect: Dialect(toolVersion: "1.0"), runID: "run-1")
        }
    }

    @Test(arguments: ["exec sleep 60", "echo HYBRIDREP STORE; exec sleep 60"])
    func itIsGivenUpAfterTheProgressLimit(command: String) throws {
        let error = try greet(command)
        #expect(error?.kind == .unreachable)
        #expect(error?.operation == "read")
    }
}
