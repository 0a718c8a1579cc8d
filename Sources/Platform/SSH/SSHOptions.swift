/// How to connect, apart from where to: all that the transport in process is told; no `ssh_config` is read.
package struct SSHOptions: Equatable, Sendable {
    package static let defaultProgressSeconds = 120

    /// Private keys to offer; none means the agent behind `SSH_AUTH_SOCK` if there is one, then the default files.
    package var identityFiles: [String] = []
    /// The only file to look for host keys in; nil means the user's and the system's.
    package var knownHostsFile: String?
    /// Longest wait for a connection, and then again for each step of the handshake.
    package var connectSeconds = 30
    /// Longest wait without a byte moved.
    package var progressSeconds = SSHOptions.defaultProgressSeconds
    /// How long nothing is sent while waiting, before a sign of life is.
    package var keepAliveSeconds = 15
    /// AES-GCM first: 1.4 to 1.6 times faster than what is chosen otherwise; the last for far ends without AES.
    package var ciphers = "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com"
    /// Bytes asked for in one read.
    ///
    /// libssh opens the far end's window as far as a read asks for. Left alone it opens to 1.28 MB and tells the
    /// far end at half of that, which over a round trip of 100 ms makes 6 MB/s; asking for 1 MiB keeps most of the
    /// window open. More gives more (16 MiB: 90 MB/s), and costs as much memory for each channel.
    package var readBytes = SSHOptions.defaultReadBytes
    package static let defaultReadBytes = 1 << 20

    package init() {}
}
