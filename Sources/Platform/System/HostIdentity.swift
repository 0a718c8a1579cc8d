internal import Glibc

/// What this process and its host are called.
package enum HostIdentity {
    package static var processID: Int { Int(getpid()) }

    /// Number of the user that this process acts as.
    package static var userID: UInt32 { geteuid() }
    package static let rootID: UInt32 = 0
    package static var isRoot: Bool { userID == rootID }

    /// The name of a user; nil for a number that the password file does not have.
    package static func userName(_ id: UInt32) -> String? { HostUser.entry(of: id)?.name }

    /// What this process was started as, for a shell.
    package static var commandLine: String { ShellQuote.posix(CommandLine.arguments) }

    /// The same as another user, for whoever may be that.
    package static func commandLine(as user: UInt32) -> String {
        "sudo -u \(ShellQuote.posix(userName(user) ?? "#\(user)")) \(commandLine)"
    }

    package static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown host" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
