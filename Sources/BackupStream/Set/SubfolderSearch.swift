internal import ESE
internal import Platform

/// Looks for databases in the subfolders of a set, which are not read.
///
/// Bounded: so many names, so deep, and on the file system of the set only.
struct SubfolderSearch {
    /// A file that is or claims to be a database.
    struct Found: Equatable {
        /// Relative to the folder of the set.
        let name: String
        let path: String
        let reason: String
    }

    static let maximumNames = 10_000
    private static let maximumDepth = 16

    private let files: any FileSystem
    private let device: UInt64
    private let leaveOut: LeaveOut
    private var seen: Set<UInt64> = []
    private var names = 0
    private(set) var found: [Found] = []
    /// Folders that could not be looked into, and why.
    private(set) var unknown: [(name: String, reason: String)] = []

    /// - Parameters:
    ///   - folder: The folder of the set.
    ///   - read: Folders that are read, as this one is.
    init(in folder: FileStatus, except read: [FileStatus], _ leaveOut: LeaveOut, _ files: any FileSystem) {
        self.files = files
        self.leaveOut = leaveOut
        device = folder.device
        seen = Set((read + [folder]).filter { $0.device == folder.device }.map(\.inode))
    }

    /// Looks into one subfolder and all below it.
    mutating func look(into name: String, at path: String, _ status: FileStatus, depth: Int = 1) {
        guard status.device == device else {
            return unknown.append((name, "a folder of another file system, which was not looked into"))
        }
        guard seen.insert(status.inode).inserted else { return }
        guard depth <= Self.maximumDepth else {
            return unknown.append((name, "a folder too deep to be looked into"))
        }
        let list: [String]
        do throws(SystemError) { list = try files.list(path) } catch {
            return unknown.append((name, "a folder that cannot be looked into: \(error)"))
        }
        for entry in list {
            guard names < Self.maximumNames else {
                return unknown.append(
                    (name, "more than \(Self.maximumNames) names; the rest was not looked at"))
            }
            names += 1
            let inner = "\(name)/\(entry)"
            if leaveOut.covers(inner) { continue }
            look(at: inner, entry, PathText.path(of: entry, in: path), depth)
        }
    }

    private mutating func look(at name: String, _ entry: String, _ path: String, _ depth: Int) {
        let status = (try? files.status(path)) ?? nil
        if let status, status.kind == .folder { return look(into: name, at: path, status, depth: depth + 1) }
        var reason: String?
        if status?.kind == .regular, let bytes = try? files.start(of: path, count: DatabaseClaim.prefixBytes)
        {
            reason = SetInventory.claim(
                of: entry, FileKind.sniff(bytes.span.extracting(first: FileKind.prefixBytes)), bytes.span)
        } else if DatabaseClaim.isNamed(entry), !SetInventory.isTemporary(entry) {
            reason = "named like a database, and cannot be read"
        }
        if let reason { found.append(Found(name: name, path: path, reason: reason)) }
    }
}
