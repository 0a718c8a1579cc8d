internal import Glibc

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

    /// What the password file says of a user; nil when it does not have the number.
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
