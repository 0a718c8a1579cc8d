package import Foundation
import Glibc
import Platform

/// A real OpenSSH server on 127.0.0.1 with throw-away keys in a folder of its own.
///
/// Stopped, with every session it has, and its folder deleted, by `stop()` or with the last reference.
package final class LoopbackSSHServer {
    package struct Failure: Error, CustomStringConvertible { package let description: String }

    private static let program = "/usr/sbin/sshd"

    /// Whether this machine has what it takes; tests say `.enabled(if: LoopbackSSHServer.isAvailable)`.
    package static let isAvailable = [program, "/usr/bin/ssh-keygen", "/usr/bin/ssh"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Everything of this server; tests may put files of their own here.
    package let folder: URL
    package let host = "127.0.0.1"
    package let user = NSUserName()
    package private(set) var port: UInt16 = 0
    /// Not Foundation's `Process`: sshd closes what it inherits, which that takes for its end.
    private var server: ChildProcess?

    /// Knows this server's key, under its address and port.
    package var knownHostsPath: String { path("known_hosts") }
    /// The private key that this server accepts.
    package var identityPath: String { path("user_key") }

    /// Starts a server and waits until it listens.
    ///
    /// - Parameters:
    ///   - forcedCommand: Run for the accepted key instead of what the client asks for.
    ///   - configuration: Further lines for `sshd_config`; they come first, and the first value of a keyword wins.
    package init(forcedCommand: String? = nil, configuration: [String] = []) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("sshd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // Where sshd locks its unprivileged part in; it refuses to start as root without.
        if geteuid() == 0 {
            try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        }
        try makeKey("host_key")
        try makeKey("user_key")
        let restriction =
            forcedCommand.map { #"command="\#($0.replacing("\"", with: "\\\""))",restrict "# } ?? ""
        try write("authorized_keys", restriction + publicKey("user_key"))

        // Below the range that outgoing connections take their ports from.
        for _ in 0..<20 {
            port = UInt16.random(in: 20_000..<32_000)
            if try start(configuration) {
                try write("known_hosts", "[\(host)]:\(port) " + publicKey("host_key"))
                return
            }
        }
        throw Failure(description: "no free port for sshd: \(log)")
    }

    deinit { stop() }

    /// Starts a server on `port`; false when it ended instead, as it does when the port is taken.
    private func start(_ configuration: [String]) throws -> Bool {
        try write(
            "sshd_config",
            (configuration + [
                "Port \(port)", "ListenAddress \(host)", "HostKey \(path("host_key"))",
                "AuthorizedKeysFile \(path("authorized_keys"))", "StrictModes no", "UsePAM no",
                "PidFile none",
                "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin yes",
            ]).joined(separator: "\n"))
        try write("log", "")
        let server = try ChildProcess([Self.program, "-D", "-E", path("log"), "-f", path("sshd_config")])
        self.server = server
        for _ in 0..<500 {
            if log.contains("Server listening on") { return true }
            if server.status(withinMilliseconds: 20) != nil { return false }
        }
        throw Failure(description: "sshd does not listen: \(log)")
    }

    /// What the server and its sessions have written so far.
    package var log: String {
        (try? String(contentsOf: folder.appendingPathComponent("log"), encoding: .utf8)) ?? ""
    }

    /// How many lines of the log have `text` in them.
    package func logLines(with text: String) -> Int {
        // sshd ends lines by CR LF, which Swift takes for one character.
        log.split(whereSeparator: \.isNewline).count { $0.contains(text) }
    }

    /// Waits, for some seconds, until the log has `text` in it.
    package func waitForLog(_ text: String) -> Bool {
        for _ in 0..<500 {
            if log.contains(text) { return true }
            _ = usleep(20_000)
        }
        return false
    }

    // MARK: files and keys

    package func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    package func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    package func write(_ name: String, _ text: String) throws {
        try Data((text + "\n").utf8).write(to: folder.appendingPathComponent(name))
    }

    /// Makes a key pair: `name` and `name.pub` in the folder.
    package func makeKey(_ name: String, type: String = "ed25519", passphrase: String = "") throws {
        let made = try Command.run(
            ["ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", name, "-f", path(name)])
        guard made.status == 0 else {
            throw Failure(description: String(decoding: made.errors, as: UTF8.self))
        }
    }

    /// The line of `name.pub`.
    package func publicKey(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name + ".pub"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    // MARK: trouble

    /// Ends every session at once, as a crash of the far end would; the server goes on listening.
    package func killSessions() { signalSessions(SIGKILL) }

    /// Stops the sessions' sshd processes where they are: connected, and silent.
    package func freezeSessions() { signalSessions(SIGSTOP) }

    /// Ends the server and its sessions and deletes the folder; harmless to repeat.
    package func stop() {
        guard let server else { return }
        killSessions()
        server.terminate()
        self.server = nil
        try? FileManager.default.removeItem(at: folder)
    }

    private func signalSessions(_ number: Int32) {
        guard let listener = server?.processIdentifier else { return }
        for process in Self.descendants(of: listener) { _ = kill(process, number) }
    }

    /// Every process that `process` started, and those that they started.
    private static func descendants(of process: Int32) -> [Int32] {
        let list = try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
        let children = (list ?? "").split(separator: " ").compactMap { Int32($0) }
        return children + children.flatMap { descendants(of: $0) }
    }
}
