/// How to connect, apart from where to: all that the transport in process is told; no `ssh_config` is read.
package struct SSHOptions: Equatable, Sendable {
    /// Private keys to offer; none means the agent behind `SSH_AUTH_SOCK` if there is one, then the default files.
    package var identityFiles: [String] = []
    /// The only file to look for host keys in; nil means the user's and the system's.
    package var knownHostsFile: String?
    /// Longest wait for a connection, and then again for each step of the handshake.
    package var connectSeconds = 30
    /// Longest wait without a byte moved.
    package var progressSeconds = TransportPatience.progressSeconds
    /// How long nothing is sent while waiting, before a sign of life is.
    package var keepAliveSeconds = 15
    /// AES-GCM first: 1.4 to 1.6 times faster than what is chosen otherwise; the last for far ends without AES.
    package var ciphers = "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com"
    /// How far the far end's window is opened: bytes on their way to here at once.
    ///
    /// libssh opens the window as far as a read asks for. Left alone it opens to 1.28 MB and tells the far end at half
    /// of that, which over a round trip of 100 ms makes 6 MB/s; 16 MiB make 90 MB/s. As much may have to be kept for
    /// an owner that does not read.
    package var readBytes = SSHOptions.defaultReadBytes
    package static let defaultReadBytes = 16 << 20

    package init() {}
}
