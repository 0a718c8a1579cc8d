internal import Glibc

/// The account this program runs as.
struct HostUser {
    let name: String
    /// Home folder, from the password file as OpenSSH does it.
    let home: String

    static let current = HostUser()

    private init() {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        let result = unsafe getpwuid_r(geteuid(), &entry, &buffer, buffer.count, &found)
        // Copied here, while `buffer`, which the entry points into, is alive.
        if result == 0, unsafe found != nil, let name = unsafe entry.pw_name, let home = unsafe entry.pw_dir {
            self.name = unsafe String(cString: name)
            self.home = unsafe String(cString: home)
        } else {
            self.name = String(geteuid())
            self.home = "/"
        }
        withExtendedLifetime(buffer) {}
    }

    /// `path` with a leading `~/` replaced by the home folder.
    func expand(_ path: String) -> String { path.hasPrefix("~/") ? home + path.dropFirst() : path }
}
