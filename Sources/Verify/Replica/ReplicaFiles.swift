package import Platform
internal import Restore

/// The names that belong to a replica, and what is under them.
package struct ReplicaFiles {
    /// Where the replica is: the file of a raw image, the folder of a set.
    package let path: String
    let files: any FileSystem

    package init(_ path: String, _ files: any FileSystem) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        self.files = files
    }

    package var statePath: String { path + ".replica" }
    var lockPath: String { path + ".replica-lock" }
    /// What is being made, and after a switch what was there before.
    var nextPath: String { path + ".replica-next" }
    var folder: String { PathText.folder(of: path) }

    /// Tells a file or folder, with all that is in it, from what takes its place or is written into it.
    struct Identity: Equatable {
        let inode: UInt64
        let stamp: String
    }

    /// Nil where nothing is there.
    func identity(_ path: String) throws(SystemError) -> Identity? {
        guard let status = try files.status(path) else { return nil }
        var writer = ByteWriter()
        func add(_ name: String, _ status: FileStatus) {
            writer.string(name)
            writer.uint64(status.inode)
            writer.uint64(status.length)
            writer.uint64(UInt64(bitPattern: status.modified.nanoseconds))
        }
        if status.kind == .folder {
            for name in try files.list(path) {
                if let member = try files.status(path + "/" + name) { add(name, member) }
            }
        } else {
            add("", status)
        }
        return Identity(inode: status.inode, stamp: "\(SHA256Hasher.hash(writer.bytes.span))")
    }

    /// The same of what must be there.
    func present(_ path: String) throws(SystemError) -> Identity {
        guard let found = try identity(path) else {
            throw SystemError(call: "stat", path: path, code: SystemError.notFoundCode)
        }
        return found
    }

    /// Removes from a folder all but these files.
    func keepOnly(_ targets: [InPlaceRestore.Target], in folder: String) throws(SystemError) {
        let wanted = Set(targets.flatMap { $0.parts.map(\.path) })
        for name in try files.list(folder) where !wanted.contains(folder + "/" + name) {
            try files.removeTree(folder + "/" + name)
        }
    }

    func state() throws(SystemError) -> Result<ReplicaState, FormatError>? {
        guard try files.status(statePath) != nil else { return nil }
        let bytes = try files.contents(statePath, limit: ReplicaState.maximumBytes)
        do throws(FormatError) { return .success(try ReplicaState(parsing: bytes)) } catch {
            return .failure(error)
        }
    }

    func write(_ state: ReplicaState) throws(SystemError) {
        try files.replace(statePath, state.json)
        try files.syncFolder(folder)
    }

    /// Puts what was made in the place of what is there, in one step.
    func switchOver(isFolder: Bool) throws(SystemError) {
        if isFolder, try files.status(path) != nil {
            try files.exchangeNames(nextPath, path)
        } else {
            try files.rename(nextPath, to: path)
        }
        try files.syncFolder(folder)
    }
}
