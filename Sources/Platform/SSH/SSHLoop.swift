internal import Dispatch
internal import Synchronization

/// Runs the thread of a connection: it moves bytes between the owners of its channels and libssh until the last
/// channel is closed.
final class SSHLoop {
    private let session: SSHSession
    private let mailbox: SSHMailbox
    private var channels: [SSHLaneChannel] = []
    private var hasHadChannels = false

    init(_ session: SSHSession, _ mailbox: SSHMailbox) {
        self.session = session
        self.mailbox = mailbox
    }

    func run() {
        while true {
            let news = mailbox.takeNews()
            for (lane, command, readBytes) in news.lanes {
                hasHadChannels = true
                channels.append(SSHLaneChannel(lane, in: session, command: command, readBytes: readBytes))
            }
            let seen = session.takenBytes
            var hasMoved = false
            for channel in channels where channel.move() { hasMoved = true }
            let closed = channels.filter(\.isClosed)
            channels.removeAll(where: \.isClosed)
            let isDone = news.isAbandoned || (hasHadChannels && channels.isEmpty)
            let isLast = isDone && mailbox.end()
            if isLast { end() }
            for channel in closed { channel.lane.update { $0.isClosed = true } }
            if isLast { return }
            // Any call may have taken in what another channel waits for.
            if hasMoved || session.takenBytes != seen { continue }
            guard mailbox.fallAsleep() else { continue }
            session.wait(or: mailbox.descriptor)
            mailbox.awake()
        }
    }

    private func end() {
        for channel in channels { channel.close() }
        channels = []
        session.close()
    }
}

/// One connection to a far end, and the thread that makes all calls of libssh for all of its channels.
///
/// Sending, which is mostly encrypting, so continues while the owners of the channels do something else, and signs of
/// life are sent however long that takes. It is disconnected with its last channel, or when it has no holder.
package final class SSHConnection: Sendable {
    package let destination: SSHDestination
    let options: SSHOptions
    let mailbox: SSHMailbox
    /// A deadline has passed in one of its channels: nobody waits for the others' programs any more.
    let hasStalled = Atomic(false)

    /// Connects, checks the far end's key, and authenticates.
    package init(to destination: SSHDestination, options: SSHOptions = SSHOptions()) throws(TransportError) {
        let mailbox: SSHMailbox
        do throws(SystemError) { mailbox = try SSHMailbox() } catch {
            throw TransportError(
                .connect, operation: "connect", peer: destination.description, detail: error.description)
        }
        // Handed over: from here on only the thread uses it.
        nonisolated(unsafe) let session = try SSHSession.connect(to: destination, options: options)
        DispatchQueue(label: "hybridrep.ssh").async { unsafe SSHLoop(session, mailbox).run() }
        self.destination = destination
        self.options = options
        self.mailbox = mailbox
    }

    deinit { mailbox.abandon() }
}
