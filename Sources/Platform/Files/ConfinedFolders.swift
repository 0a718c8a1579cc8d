internal import CLinux
internal import Synchronization

/// Folders below which no link is followed, since others may put links there.
///
/// The folder itself is named by the user of the program, and may be reached by a link.
package final class ConfinedFolders: Sendable {
    private let folders = Mutex<[String]>([])
    /// True if the kernel is treated as one that cannot resolve a path in one call.
    private let goesStepByStep: Bool

    package init(goesStepByStep: Bool = false) { self.goesStepByStep = goesStepByStep }

    /// Has paths below `folder` reached without following links.
    package func add(_ folder: String) {
        let plain = Self.plain(folder)
        guard plain != "/" else { return }
        folders.withLock { known in
            guard !known.contains(plain) else { return }
            known.append(plain)
            // The innermost first.
            known.sort { $0.utf8.count > $1.utf8.count }
        }
    }

    /// Where a path is: a folder that is confined, and the way from there.
    struct Place {
        let folder: String
        /// From `folder` to the folder that has the last name; empty for `folder` itself.
        let way: String
        let name: String
    }

    /// Nil for a path that is below none of them.
    func place(of path: String) -> Place? {
        let folders = folders.withLock { $0 }
        if folders.isEmpty { return nil }
        let plain = Self.plain(path)
        for folder in folders {
            let rest: Substring
            if folder == "." {
                guard !plain.hasPrefix("/"), plain != "." else { continue }
                rest = plain[...]
            } else {
                guard plain.hasPrefix(folder + "/") else { continue }
                rest = plain.dropFirst(folder.count + 1)
            }
            guard let slash = rest.lastIndex(of: "/") else {
                return Place(folder: folder, way: "", name: String(rest))
            }
            return Place(
                folder: folder, way: String(rest[..<slash]), name: String(rest[rest.index(after: slash)...]))
        }
        return nil
    }

    /// A descriptor of the folder that has a place's last name.
    func open(_ place: Place, _ path: String) throws(SystemError) -> OwnedDescriptor {
        let number = unsafe clinux_open_folder(place.folder)
        guard number >= 0 else { throw SystemError(call: "open", path: place.folder, code: -number) }
        let folder = OwnedDescriptor(number)
        if place.way.isEmpty { return folder }
        let found = unsafe clinux_open_beneath(number, place.way, goesStepByStep ? 1 : 0)
        withExtendedLifetime(folder) {}
        guard found >= 0 else {
            throw SystemError(call: "open without following links", path: path, code: -found)
        }
        return OwnedDescriptor(found)
    }

    /// A path without empty and `.` components, so that one place has one name; `.` for the working directory.
    private static func plain(_ path: String) -> String {
        let names = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        if path.hasPrefix("/") { return "/" + names }
        return names.isEmpty ? "." : names
    }
}
