internal import Glibc

/// Where files without a name are made: gone with the last reference to them, whatever happens.
package struct ScratchFolder: Sendable {
    private let files: any FileSystem
    private let path: String
    /// Far more names than there are runs between making a file and taking its name away.
    private static let maximumTries = 4096

    package init(_ path: String, _ files: any FileSystem) {
        self.path = path
        self.files = files
    }

    /// The folder this host has for them: `TMPDIR`, else `/var/tmp`, which is rarely memory, else `/tmp`.
    package static func host(_ files: any FileSystem) -> Self {
        if let chosen = HostEnvironment().value("TMPDIR") { return Self(chosen, files) }
        let usual = "/var/tmp"
        let isThere = (try? files.status(usual))?.map { $0.kind == .folder } ?? false
        return Self(isThere ? usual : "/tmp", files)
    }

    /// An empty file to read and write.
    package func file() throws(SystemError) -> any OpenFile {
        var number = 0
        while true {
            let name = "\(path)/.hybridrep-\(getpid())-\(number)"
            do throws(SystemError) {
                let file = try files.open(name, .create)
                try files.remove(name)
                return file
            } catch {
                guard error.code == EEXIST, number < Self.maximumTries else { throw error }
                number += 1
            }
        }
    }
}
