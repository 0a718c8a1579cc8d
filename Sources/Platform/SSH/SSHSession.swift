internal import CLibSSH
internal import Glibc

/// One authenticated connection of libssh, with the channels opened in it.
///
/// It belongs to one thread, and so do its channels: libssh's sessions must not be shared. It is in non-blocking
/// mode, so that one thread can serve several channels; waiting is done here, for all of them.
@safe final class SSHSession {
    let destination: SSHDestination
    let options: SSHOptions
    /// nil once disconnected; libssh answers calls on nil with errors.
    private(set) var handle: OpaquePointer?
    /// Where libssh counts the bytes it takes from the socket; lives as long as `handle`.
    private let counter: UnsafeMutablePointer<ssh_counter_struct>
    private var socket: OwnedDescriptor?
    private var signOfLife: Deadline
    /// What ``sentBytes`` is at least once the socket has taken the last data of a channel; libssh's own bytes come on top.
    private(set) var dataEnd: UInt64 = 0

    var peer: String { destination.description }

    /// Connects, checks the far end's key, and authenticates: in this order, and nothing is sent before the check.
    static func connect(
        to destination: SSHDestination, options: SSHOptions
    ) throws(TransportError) -> SSHSession {
        ignoreBrokenPipes()
        guard !HostUser.current.isHomeless else {
            throw TransportError(
                .connect, operation: "connect", peer: destination.description,
                detail:
                    "user \(HostUser.current.name) has no home folder for SSH: HOME is not set, and the password file has no entry",
                hint:
                    "set HOME, or add an entry for the user: useradd --uid \(HostUser.current.name) hybridrep"
            )
        }
        let knownHosts = KnownHosts(configured: options.knownHostsFile)
        try knownHosts.refuseMarkers(peer: destination.description)
        guard Self.library == SSH_OK, let handle = unsafe ssh_new() else {
            throw TransportError(
                .connect, operation: "connect", peer: destination.description, detail: "libssh: out of memory"
            )
        }
        let session = unsafe SSHSession(handle, destination, options)
        do throws(TransportError) {
            try session.configure(knownHosts)
            try session.connect()
            try session.verifyHostKey(knownHosts)
            try session.authenticate()
        } catch {
            session.close()
            throw error
        }
        unsafe ssh_set_blocking(handle, 0)
        return session
    }

    /// Set up once, by whoever comes first.
    private static let library = ssh_init()

    private init(_ handle: OpaquePointer, _ destination: SSHDestination, _ options: SSHOptions) {
        unsafe self.handle = handle
        unsafe counter = .allocate(capacity: 1)
        unsafe counter.initialize(to: ssh_counter_struct())
        unsafe ssh_set_counters(handle, counter, nil)
        self.destination = destination
        self.options = options
        signOfLife = Deadline(seconds: options.keepAliveSeconds)
    }

    deinit {
        close()
        unsafe counter.deallocate()
    }

    /// Disconnects and frees; idempotent.
    ///
    /// Every channel must be closed. A session that is only dropped leaves the far end's program running.
    func close() {
        guard let open = unsafe handle else { return }
        unsafe handle = nil
        unsafe ssh_disconnect(open)
        unsafe ssh_free(open)
        socket = nil
    }

    // MARK: connecting

    private func configure(_ knownHosts: KnownHosts) throws(TransportError) {
        try set(SSH_OPTIONS_PROCESS_CONFIG, false)
        try set(SSH_OPTIONS_HOST, destination.host)
        var port = UInt32(destination.port ?? SSHDestination.defaultPort)
        try check(unsafe ssh_options_set(handle, SSH_OPTIONS_PORT, &port))
        try set(SSH_OPTIONS_USER, destination.user ?? HostUser.current.name)
        // libssh replaces %-sequences in paths.
        for (option, path) in [
            (SSH_OPTIONS_KNOWNHOSTS, knownHosts.path), (SSH_OPTIONS_GLOBAL_KNOWNHOSTS, knownHosts.systemPath),
        ] {
            try set(
                option, path.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%"))
        }
        try set(SSH_OPTIONS_STRICTHOSTKEYCHECK, true)
        try set(SSH_OPTIONS_NODELAY, true)
        try set(SSH_OPTIONS_CIPHERS_C_S, options.ciphers)
        try set(SSH_OPTIONS_CIPHERS_S_C, options.ciphers)
        // Without it libssh waits for ever.
        var seconds = max(1, options.connectSeconds)
        try check(unsafe ssh_options_set(handle, SSH_OPTIONS_TIMEOUT, &seconds))
    }

    private func set(_ option: ssh_options_e, _ value: String) throws(TransportError) {
        try check(unsafe ssh_options_set(handle, option, value))
    }

    private func set(_ option: ssh_options_e, _ value: Bool) throws(TransportError) {
        var number: Int32 = value ? 1 : 0
        try check(unsafe ssh_options_set(handle, option, &number))
    }

    private func check(_ result: Int32) throws(TransportError) {
        guard result == SSH_OK else { throw error(.connect, "connect") }
    }

    private func connect() throws(TransportError) {
        let socket: OwnedDescriptor
        do throws(SocketConnector.Failure) {
            socket = try SocketConnector.connect(
                host: destination.host, port: destination.port ?? SSHDestination.defaultPort,
                seconds: options.connectSeconds)
        } catch {
            throw TransportError(.connect, operation: "connect", peer: peer, detail: error.reason)
        }
        // libssh does not close a descriptor that it was given.
        self.socket = socket
        var number = socket.number
        try check(unsafe ssh_options_set(handle, SSH_OPTIONS_FD, &number))
        guard unsafe ssh_connect(handle) == SSH_OK else { throw error(.connect, "connect") }
    }

    /// An error with libssh's own text, to be asked for right after the call that failed.
    func error(_ kind: TransportError.Kind, _ operation: String, hint: String? = nil) -> TransportError {
        TransportError(kind, operation: operation, peer: peer, detail: reason, hint: hint)
    }

    /// libssh's text for the last failure.
    var reason: String {
        guard let handle = unsafe handle else { return "disconnected" }
        let text = unsafe String(cString: ssh_get_error(UnsafeMutableRawPointer(handle)))
        return text.isEmpty ? "no reason given" : text
    }

    var isConnected: Bool { unsafe ssh_is_connected(handle) == 1 }

    // MARK: waiting

    /// Notes that bytes of a channel were sent, which is a sign of life in itself.
    ///
    /// - Parameter start: ``sentBytes`` before that.
    func dataSent(_ count: Int, from start: UInt64) {
        signOfLife = Deadline(seconds: options.keepAliveSeconds)
        dataEnd = max(dataEnd, start) + UInt64(count)
    }

    /// How much was taken from the socket so far.
    ///
    /// Any call on a channel takes in what has arrived, for every channel and both of its streams. So what was
    /// looked for in vain may have come since, with nothing left on the socket to wake anybody up: before waiting,
    /// this must not have changed since the last look.
    var takenBytes: UInt64 { unsafe counter.pointee.in_bytes }
    /// How much the socket has taken.
    var sentBytes: UInt64 { unsafe counter.pointee.out_bytes }
    /// True if libssh has more bytes than the socket takes.
    var isSendingHeldBack: Bool {
        unsafe (handle != nil && ssh_get_poll_flags(handle) & SSH_WRITE_PENDING != 0)
    }

    /// Waits until the socket can move something or `other` can be read, and sends signs of life meanwhile.
    ///
    /// Once the connection is gone it waits for `other` alone.
    func wait(or other: Int32) {
        while true {
            var wishes = [Readiness.Wish(descriptor: other)]
            if isConnected {
                wishes.append(.init(descriptor: unsafe ssh_get_fd(handle), writing: isSendingHeldBack))
            }
            let left = isConnected ? signOfLife.remainingMilliseconds : nil
            // A wait that fails would fail again; the calls on the socket say why.
            guard let ready = try? Readiness.wait(for: wishes, milliseconds: left) else { return }
            if isConnected, signOfLife.hasPassed {
                signOfLife = Deadline(seconds: options.keepAliveSeconds)
                // In non-blocking mode a call made while an answer is due only looks for that answer, so it takes
                // two to be sure that one of them sends.
                for _ in 0..<2 { _ = unsafe ssh_send_keepalive(handle) }
                return
            }
            // Also when no channel looks: else what has arrived would wake us up for ever.
            if ready.count > 1, ready[1] { _ = unsafe ssh_execute_message_callbacks(handle) }
            if ready.contains(true) { return }
        }
    }
}
