internal import ESE
internal import Platform

extension SetInventory {
    /// Says how a database that is found is treated.
    enum DatabaseWish {
        case taken
        /// Another one was named.
        case notAsked
        /// It is in the folder of the logs, which is not looked through for databases.
        case misplaced
    }

    /// A file that is or claims to be a database, and that the image lacks.
    struct Claim: Equatable {
        let name: String
        let path: String
        let reason: String
    }

    /// Why a file of the set claims to be a database; nil when it does not, or is the engine's temporary one.
    static func claim(of name: String, _ kind: FileKind, _ prefix: Span<UInt8>) -> String? {
        if isTemporary(name), kind != .database { return nil }
        return DatabaseClaim.reason(name: name, kind, prefix)
    }

    /// The same, with as much of the file read as that takes.
    func claim(
        of name: String, _ kind: FileKind, _ prefix: [UInt8], _ file: WatchedFile
    ) throws(BackupError) -> String? {
        guard kind == .other, file.length > prefix.count else {
            return Self.claim(of: name, kind, prefix.span)
        }
        let more = try file.bytes(at: prefix.count, count: DatabaseClaim.prefixBytes - prefix.count)
        return Self.claim(of: name, kind, (prefix + more).span)
    }

    mutating func leave(_ name: String, _ reason: String) {
        leftOut.append(.init(name: name, reason: reason))
    }

    /// Leaves out a file that the image should not lack.
    mutating func miss(_ name: String, _ path: String, _ reason: String) {
        leave(name, reason)
        claims.append(Claim(name: name, path: path, reason: reason))
    }

    /// Leaves out what is no file that can be read, by its name alone.
    mutating func leaveUnreadable(_ name: String, _ path: String, _ reason: String, _ wish: DatabaseWish) {
        let isClaim = wish != .notAsked && DatabaseClaim.isNamed(name) && !Self.isTemporary(name)
        if isClaim { miss(name, path, reason) } else { leave(name, reason) }
    }

    /// Leaves out a subfolder, and each file in it that claims to be a database.
    mutating func leaveFolder(_ name: String, _ path: String, _ status: FileStatus, _ wish: DatabaseWish) {
        if readFolders.contains(where: { $0.inode == status.inode && $0.device == status.device }) { return }
        leave(name, "a folder, which is not read")
        guard wish != .notAsked, let folder = readFolders.first else { return }
        var search = SubfolderSearch(in: folder, except: readFolders, leaveOut, files)
        search.look(into: name, at: path, status)
        for found in search.found {
            miss(found.name, found.path, "in a folder that is not read: \(found.reason)")
        }
        for (name, reason) in search.unknown { leave(name, reason) }
    }

    /// The error of an image that would lack what claims to be a database; nil when nothing does.
    ///
    /// - Parameter job: Named in the hint; nil where nothing can be accepted.
    func refusal(job: Name?) -> BackupError? {
        guard let first = claims.first else { return nil }
        let others = claims.count - 1
        let more = others == 0 ? "" : "; so \(others == 1 ? "is 1 other file" : "are \(others) other files")"
        let name = ShellQuote.shown(first.name)
        return BackupError(
            .badPages, "check \(first.path): \(first.reason); it would be left out\(more)",
            hint: job.map {
                "repair it or move it away; if the point may lack it: hybridrep run \($0) --leave-out \(name)"
            })
    }
}

/// Names of files that a set may lack: the user has accepted each by name.
///
/// A name is that of a file (`old.edb`), of a subfolder with all that is in it (`backup`), or of a file in one
/// (`backup/new/dhcp.mdb`). Upper and lower case are the same, as they are to Windows.
package struct LeaveOut: Equatable, Sendable {
    /// The reason that the manifest gives for such a file.
    static let reason = "left out by name"

    /// As they were given.
    let names: [String]
    private let lowercased: Set<String>

    package init(_ names: [String] = []) {
        self.names = names
        lowercased = Set(
            names.map { name in
                var name = name.lowercased()
                while name.hasSuffix("/") { name.removeLast() }
                while name.hasPrefix("./") { name.removeFirst(2) }
                return name
            })
    }

    /// True for a name of the list, and for all that is in a folder of the list.
    package func covers(_ path: String) -> Bool {
        guard !lowercased.isEmpty else { return false }
        var rest = Substring(path.lowercased())
        while true {
            if lowercased.contains(String(rest)) { return true }
            guard let slash = rest.lastIndex(of: "/") else { return false }
            rest = rest[..<slash]
        }
    }
}
