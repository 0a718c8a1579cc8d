/// What the thread of a connection does: moves bytes between the owners of its channels and libssh until the last
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
