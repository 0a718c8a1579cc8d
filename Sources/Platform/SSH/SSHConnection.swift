internal import Dispatch
internal import Synchronization

/// One connection to a far end, and the thread that makes all calls of libssh for all of its channels.
///
/// Sending, which is mostly encrypting, so goes on while the owners of the channels do something else, and signs of
/// life are sent however long that takes. It is disconnected with its last channel, or when nobody holds it.
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
