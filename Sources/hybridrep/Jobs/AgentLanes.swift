internal import Logging
internal import OffsiteStore
internal import Platform
internal import StoreAgent

/// How an agent is reached, and what may be used of the way.
struct AgentLink {
    let destination: SSHDestination
    /// Folder of the store at the far end.
    let store: String
    let remoteCommand: String
    let identity: String?
    let knownHosts: String?
    let sshCommand: [String]?
    let lanes: Int
    let limitRate: RateSchedule?
    /// Asks the agent to let the session take away; a key with a forced command is not asked.
    var mayForget = false
}

/// The lanes to one agent's host: channels of one connection, or with `ssh-command` a program each.
struct AgentLanes {
    /// What is on its way to here at once in a lane that only takes uploads.
    private static let narrowReadBytes = 1 << 20
    /// With a limit, what the line carries in this time may be on its way, so that the rest of it stays free.
    private static let windowsPerSecond = 3

    private let link: AgentLink
    private let limiter: RateLimiter?
    private let session: CommandContext
    /// Nil with `ssh-command`.
    private let connection: SSHConnection?

    init(_ link: AgentLink, _ limiter: RateLimiter?, _ session: CommandContext) throws(TransportError) {
        self.link = link
        self.limiter = limiter
        self.session = session
        if link.sshCommand == nil {
            var options = SSHOptions()
            options.identityFiles = link.identity.map { [$0] } ?? []
            options.knownHostsFile = link.knownHosts
            if let rate = limiter?.mostBytesPerSecond {
                options.readBytes = min(
                    options.readBytes, max(rate / Self.windowsPerSecond, Self.narrowReadBytes))
            }
            connection = try SSHConnection(to: link.destination, options: options)
        } else {
            connection = nil
        }
    }

    private var command: String {
        link.remoteCommand + " "
            + ShellQuote.posix(
                ["serve", "--store", link.store] + (link.mayForget ? ["--may-forget"] : []))
    }

    /// The first lane's transport.
    func leading() throws(TransportError) -> any Transport {
        if let connection { return try SSHTransport(in: connection, command: command) }
        return try program()
    }

    private func program() throws(TransportError) -> any Transport {
        try ProcessTransport(
            command: (link.sshCommand ?? []).joined(separator: " "), destination: link.destination,
            remote: command)
    }

    /// A session over `transport` whose agent has not answered yet.
    func store(over transport: any Transport) -> AgentStore {
        AgentStore(
            starting: limiter.map { LimitedTransport(transport, $0) } ?? transport,
            label: "ssh \(link.destination):\(link.store)",
            dialect: Dialect(toolVersion: ToolVersion.current), runID: session.runID.description,
            clock: session.clock)
    }

    /// Up to `count` lanes more: all are started, then each is waited for; those that are refused are left out.
    func further(_ count: Int) -> [any ObjectStore] {
        var stores: [AgentStore] = []
        for _ in 0..<count {
            if let connection {
                stores.append(
                    store(
                        over: SSHTransport(
                            starting: command, in: connection, readBytes: Self.narrowReadBytes)))
            } else if let transport = try? program() {
                stores.append(store(over: transport))
            }
        }
        return stores.filter { store in
            do throws(StoreError) {
                try store.greet()
                return true
            } catch {
                session.logger.debug("one lane fewer", metadata: ["reason": "\(error)"])
                return false
            }
        }
    }
}
