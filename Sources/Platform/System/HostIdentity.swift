internal import Glibc

/// The names of this process and its host.
package enum HostIdentity {
    package static var processID: Int { Int(getpid()) }

    /// Number of the user that this process acts as.
    package static var userID: UInt32 { geteuid() }
    package static let rootID: UInt32 = 0
    package static var isRoot: Bool { userID == rootID }

    /// The name of a user; nil for a number that the password file does not have.
    package static func userName(_ id: UInt32) -> String? { HostUser.entry(of: id)?.name }

    /// The command line of this process, quoted for a shell.
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

/// Which machine this is, as digests: of its operating system's id, and of its hardware's where that may be read.
///
/// A copy of a virtual machine has the host name of the original, and often its `machine-id`; its hardware has another id.
package struct MachineIdentity: Equatable, Sendable {
    package let machine: String?
    package let hardware: String?

    package init(reading files: any FileSystem) {
        machine = Self.digest(of: "/etc/machine-id", "machine", files)
        hardware = Self.digest(of: "/sys/class/dmi/id/product_uuid", "hardware", files)
    }

    /// Nil where there is none; shortened, and not the id itself, which its owner is asked to keep to itself.
    private static func digest(of path: String, _ what: String, _ files: any FileSystem) -> String? {
        guard let bytes = try? files.contents(path, limit: 256) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        guard text.utf8.count >= 16 else { return nil }
        let digest = SHA256Hasher.hash(Array("hybridrep \(what) \(text)".utf8).span)
        return Hex.encode(Array(digest.bytes.prefix(8)))
    }
}

/// The account this program runs as.
struct HostUser {
    let name: String
    /// Home folder, from the password file as OpenSSH does it; without an entry there, from `HOME`.
    let home: String
    /// Neither tells a home folder.
    let isHomeless: Bool

    static let current = HostUser()

    private init() {
        let entry = Self.entry(of: geteuid())
        let variable = HostEnvironment().value("HOME")
        name = entry?.name ?? String(geteuid())
        home = entry?.home ?? variable ?? "/"
        isHomeless = entry == nil && variable == nil
    }

    /// Returns a user's entry of the password file; nil if it does not have the number.
    static func entry(of id: uid_t) -> (name: String, home: String)? {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        let result = unsafe getpwuid_r(id, &entry, &buffer, buffer.count, &found)
        // Copied here, while `buffer`, which the entry points into, is alive.
        defer { withExtendedLifetime(buffer) {} }
        guard result == 0, unsafe found != nil, let name = unsafe entry.pw_name,
            let home = unsafe entry.pw_dir
        else { return nil }
        return (unsafe String(cString: name), unsafe String(cString: home))
    }

    /// `path` with a leading `~/` replaced by the home folder.
    func expand(_ path: String) -> String { path.hasPrefix("~/") ? home + path.dropFirst() : path }
}

/// The environment variables this process was started with.
package struct HostEnvironment: Sendable {
    package init() {}

    /// The value of a variable; nil when it is not set or empty, which mean the same to every user of it here.
    package func value(_ name: String) -> String? {
        guard let found = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: found)
        return text.isEmpty ? nil : text
    }
}
