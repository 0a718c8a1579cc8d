internal import BackupStream
internal import Image
package import Platform
package import Restore
internal import StoreFormat

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
    /// The replica being built; after a switch, the previous one.
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

/// The files of a folder that are the members of a set.
package enum MemberFiles {
    /// - Parameter images: A full's; a log point's after its full's, whose logs it takes the places of.
    /// - Throws: `TarError` for names that are not plain, or there twice; what reading an image throws.
    package static func targets(
        _ images: [ImageReader], in folder: String
    ) throws -> [InPlaceRestore.Target] {
        var targets: [InPlaceRestore.Target] = []
        var seen: Set<String> = []
        for image in images {
            let isContinued = images.count > 1 && image.point.kind == .full
            let wanted = isContinued ? try membersWithoutLogs(of: image) : nil
            var parts: [(range: Range<Int>, path: String)] = []
            for extent in image.point.layout.extents where extent.key.kind == .data {
                let name = extent.key.name
                if let wanted, !wanted.contains(name) { continue }
                guard MemberName.isPlain(name) else {
                    throw TarError.unsafeName(name, path: image.point.id)
                }
                guard seen.insert(name).inserted else { throw TarError.duplicate(name, path: image.point.id) }
                parts.append((extent.offset..<extent.end, folder + "/" + name))
            }
            targets.append(InPlaceRestore.Target(image, parts))
        }
        return targets
    }

    /// The members of a full that stay when the logs of a log point take the place of its own.
    private static func membersWithoutLogs(of image: ImageReader) throws -> Set<String> {
        let point = image.point
        guard let extent = point.layout.extents.last(where: { $0.key.name == ImageManifest.memberName }),
            extent.length <= ImageManifest.maximumBytes
        else { throw TarError.noMember(ImageManifest.memberName, path: point.id) }
        let bytes = try image.bytes(extent.offset..<extent.end)
        do throws(FormatError) {
            return Set(try ImageManifest(parsing: bytes).namesWithoutLogs)
        } catch { throw TarError.format(error, path: point.id) }
    }
}

extension ImageReader {
    /// True if the image is a tar of several files.
    package var isSet: Bool { point.layout.extents.contains { $0.key.kind == .structure } }
}
