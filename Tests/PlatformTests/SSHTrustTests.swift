import Foundation
import Platform
import TestSupport
import Testing

/// Who is believed, and who is let in; nothing may run at the far end before both are settled.
@Suite(.enabled(if: LoopbackSSHServer.isAvailable, "needs sshd, ssh and ssh-keygen"))
struct SSHTrustTests {
    let server: LoopbackSSHServer

    init() throws { server = try LoopbackSSHServer() }

    /// The error of a connection that would leave a mark if it got through.
    private func refusal(_ change: (inout SSHOptions) throws -> Void) throws -> TransportError {
        var options = server.options
        try change(&options)
        let destination = try server.destination()
        let error = try #require(throws: TransportError.self) {
            let transport = try SSHTransport(
                to: destination, command: "touch \(server.path("marker"))", options: options)
            _ = transport.finish()
        }
        #expect(!server.exists("marker"))
        #expect(error.peer == destination.description)
        return error
    }

    @Test func theMarkIsLeftByAKnownHostAndKey() throws {
        let transport = try server.connect("touch \(server.path("marker"))")
        #expect(transport.finish() == TransportEnd(status: 0, stderr: ""))
        #expect(server.exists("marker"))
    }

    @Test func anUnknownHostIsRefusedWithItsFingerprint() throws {
        try server.write("empty", "")
        let error = try refusal { $0.knownHostsFile = server.path("empty") }
        let fingerprint = try fingerprint("host_key")
        #expect(error.kind == .authentication)
        #expect(
            error.detail
                == "the host is not in \(server.path("empty")): it offers the ssh-ed25519 key \(fingerprint)")
        #expect(error.hint?.contains("ssh-keyscan -p \(server.port) -t ed25519 127.0.0.1 >> ") == true)
        #expect(!server.log.contains("Accepted"))
    }

    @Test func aMissingKnownHostsFileKnowsNobody() throws {
        let error = try refusal { $0.knownHostsFile = server.path("absent") }
        #expect(error.kind == .authentication)
        #expect(error.detail.hasPrefix("the host is not in"))
        #expect(!server.exists("absent"))
    }

    @Test func aChangedHostKeyIsRefused() throws {
        try server.makeKey("other_key")
        try server.write("changed", "[127.0.0.1]:\(server.port) " + server.publicKey("other_key"))
        let error = try refusal { $0.knownHostsFile = server.path("changed") }
        let fingerprint = try fingerprint("host_key")
        #expect(error.kind == .authentication)
        #expect(error.detail == "the host key has changed: it offers the ssh-ed25519 key \(fingerprint)")
        #expect(error.hint?.contains("ssh-keygen -R '[127.0.0.1]:\(server.port)'") == true)
    }

    @Test func aHostKeyOfAnotherTypeIsRefused() throws {
        try server.makeKey("other_key", type: "ecdsa")
        try server.write("other", "[127.0.0.1]:\(server.port) " + server.publicKey("other_key"))
        let error = try refusal { $0.knownHostsFile = server.path("other") }
        #expect(error.kind == .authentication)
        #expect(error.detail.hasPrefix("only a key of another type is known"))
    }

    @Test(arguments: ["@revoked", " \t@cert-authority"])
    func markedKnownHostsFilesAreRefusedBeforeConnecting(marker: String) throws {
        let known = "[127.0.0.1]:\(server.port) " + (try server.publicKey("host_key"))
        try server.write("marked", "# a comment with @revoked\n\(known)\n\(marker) \(known)")
        let error = try refusal { $0.knownHostsFile = server.path("marked") }
        let word = marker.trimmingCharacters(in: .whitespaces)
        #expect(error.kind == .authentication)
        #expect(
            error.detail
                == "\(server.path("marked")) has \(word) lines, which only OpenSSH's own client honours")
        #expect(error.hint?.contains("ssh-command") == true)
        #expect(!server.log.contains("Connection"))
    }

    @Test func anAtSignInsideALineIsNoMarker() throws {
        let known = "[127.0.0.1]:\(server.port) " + (try server.publicKey("host_key"))
        try server.write("plain", "# @revoked\n\(known) me@revoked")
        #expect(
            try server.connect("exit 5") { $0.knownHostsFile = server.path("plain") }.finish().status == 5)
    }

    @Test func aPathWithPercentSignsAndSpacesIsTakenAsItIs() throws {
        let known = "[127.0.0.1]:\(server.port) " + (try server.publicKey("host_key"))
        try server.write("known %h 100%", known)
        let path = server.path("known %h 100%")
        #expect(try server.connect("exit 5") { $0.knownHostsFile = path }.finish().status == 5)
    }

    @Test func aKeyThatIsNotAuthorizedIsNamed() throws {
        try server.makeKey("stranger")
        let error = try refusal { $0.identityFiles = [server.path("stranger")] }
        let fingerprint = try fingerprint("stranger")
        #expect(error.kind == .authentication)
        #expect(
            error.detail
                == "no key accepted for \(server.user); tried \(server.path("stranger")) (\(fingerprint))")
        #expect(error.hint == "add the public key to ~\(server.user)/.ssh/authorized_keys at the far end")
    }

    @Test func theSecondOfTwoKeysIsAccepted() throws {
        try server.makeKey("stranger")
        let keys = [server.path("stranger"), server.identityPath]
        #expect(try server.connect("exit 5") { $0.identityFiles = keys }.finish().status == 5)
    }

    @Test(arguments: ["rsa", "ecdsa", "ed25519"]) func everyKindOfKeyIsUsable(type: String) throws {
        try server.makeKey("key", type: type)
        try server.write("authorized_keys", server.publicKey("key"))
        #expect(try server.connect("exit 5") { $0.identityFiles = [server.path("key")] }.finish().status == 5)
    }

    @Test func anEncryptedKeyIsRefusedWithoutAskingForAPassphrase() throws {
        try server.makeKey("locked", passphrase: "correct horse")
        let error = try refusal { $0.identityFiles = [server.path("locked")] }
        #expect(error.kind == .authentication)
        #expect(error.detail == "\(server.path("locked")) is encrypted with a passphrase")
    }

    @Test func anEncryptedKeyInPEMIsRefusedWithoutAskingForAPassphrase() throws {
        let made = try Command.run(
            ["ssh-keygen", "-q", "-m", "PEM", "-t", "rsa", "-N", "correct horse", "-f", server.path("pem")])
        try #require(made.status == 0)
        let error = try refusal { $0.identityFiles = [server.path("pem")] }
        #expect(error.detail == "\(server.path("pem")) is encrypted with a passphrase")
    }

    @Test func aMissingKeyAndOneThatIsNoneAreNamed() throws {
        let missing = try refusal { $0.identityFiles = [server.path("absent")] }
        #expect(missing.detail == "open \(server.path("absent")): No such file or directory")
        try server.write("text", "not a key")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: server.path("text"))
        let text = try refusal { $0.identityFiles = [server.path("text")] }
        #expect(text.detail == "\(server.path("text")) is not a private key that libssh can read")
    }

    @Test func aKeyThatOthersCanReadIsRefused() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: server.identityPath)
        let error = try refusal { _ in }
        #expect(error.kind == .authentication)
        #expect(error.detail == "\(server.identityPath) can be read by others (mode 0640)")
        #expect(error.hint == "chmod 600 \(server.identityPath)")
    }

    /// What ssh-keygen calls a key.
    private func fingerprint(_ name: String) throws -> String {
        let said = try Command.run(["ssh-keygen", "-lf", server.path(name + ".pub")])
        let words = String(decoding: said.output, as: UTF8.self).split(separator: " ")
        return String(try #require(words.dropFirst().first))
    }
}
