internal import Logging
internal import OffsiteStore
internal import Platform
internal import StoreAgent

/// Opens the stores that targets name.
struct TargetConnection {
    let session: CommandContext
    /// Tells which jobs were shipped to a target before; nil where none is configured.
    var configuration: Configuration?
    /// The job that is at work; nil for none in particular.
    var job: Name?
    /// A new store may take the place of one that this host has shipped to, and that is missing.
    var mayReplaceStore = false

    /// - Parameters:
    ///   - lanes: Fewer or more than the target is configured for.
    ///   - mayForget: The session is to take something away.
    func open(
        _ target: TargetConfiguration, lanes: Int? = nil, mayForget: Bool = false
    ) throws -> any ObjectStore {
        named(Self.limited(try place(target, lanes: lanes, mayForget: mayForget), target), target)
    }

    /// What says by the target's name what is missing there.
    func named(_ store: any ObjectStore, _ target: TargetConfiguration) -> any ObjectStore {
        TargetStore(store, target.name, job: job, mayBeNew: mayReplaceStore) { [configuration, session] in
            configuration?.shippedJobs(to: target.name, session.files) ?? []
        }
    }

    /// What takes no more than the target's quota.
    static func limited(_ store: any ObjectStore, _ target: TargetConfiguration) -> any ObjectStore {
        target.quota.value.map { QuotaStore(store, limit: $0.bytes) } ?? store
    }

    /// The store itself, whatever its quota.
    func place(
        _ target: TargetConfiguration, lanes: Int?, mayForget: Bool = false
    ) throws -> any ObjectStore {
        switch target.kind {
        case .directory(let path): return try directory(path.value)
        case .ssh(let ssh):
            let address = ssh.address.value
            // A port that nobody has set is left to what the system's ssh is configured for.
            let port = ssh.port.origin == .builtIn ? nil : UInt16(exactly: ssh.port.value)
            let destination: SSHDestination
            do throws(SSHDestination.ParseError) {
                destination = try SSHDestination(user: address.user, host: address.host, port: port)
            } catch {
                throw CommandFailure(
                    .usage, "target \(target.name): ssh: \(error)",
                    hint: SSHTarget.addressHint(address.description))
            }
            return try agent(
                AgentLink(
                    destination: destination,
                    store: ssh.store.value, remoteCommand: ssh.remoteCommand.value,
                    identity: ssh.identity.value, knownHosts: ssh.knownHosts.value,
                    sshCommand: ssh.sshCommand.value, lanes: lanes ?? ssh.lanes.value,
                    limitRate: ssh.limitRate.value, mayForget: mayForget))
        }
    }

    /// A store in a folder of this host; root, who may look after any, leaves there nothing of its own.
    ///
    /// - Throws: `ConfigurationError` where everybody may change what is in it.
    func directory(_ path: String) throws -> LocalStoreService {
        // The root of a tmpfs is like /tmp: nobody removes there what is somebody else's.
        try session.trust(path, "store", isShared: true, mayBeForeign: true)
        let files: any FileSystem =
            HostIdentity.isRoot ? OwnedFiles(session.files, store: path) : session.files
        return LocalStoreService(
            directory: path, files: files, clock: session.clock, entropy: session.entropy)
    }

    /// Starts an agent at the far end and shakes hands with it; further lanes follow when they pay.
    func agent(_ link: AgentLink) throws -> any ObjectStore {
        let limiter = link.limitRate.map { RateLimiter($0, clock: session.clock) }
        let lanes: AgentLanes
        let lead: AgentStore
        do throws(TransportError) {
            lanes = try AgentLanes(link, limiter, session)
            lead = lanes.store(over: try lanes.leading())
        } catch { throw StoreError(error) }
        try lead.greet()
        session.logger.debug("agent started", metadata: ["destination": "\(link.destination)"])
        guard link.lanes > 1 else { return lead }
        return LanedStore(leading: lead) { lanes.further(link.lanes - 1) }
    }
}
