internal import BackupStream
internal import DeltaSync
internal import Image
internal import OffsiteStore
internal import Platform

extension Restoration {
    /// The image alone, of a log point its logs; a file that is not there is made.
    ///
    /// - Returns: How many bytes the file did not have.
    func inPlace(file path: String) throws -> Int {
        let whole = 0..<image.point.layout.length
        return try InPlaceRestore(session.files, marker: InPlaceRestore.marker(of: path))
            .run([InPlaceRestore.Target(image, [(whole, path)])], report)
    }

    /// A set in its folder, file by file, a raw image in its file.
    func inPlace(to path: String) throws -> Int {
        guard isSet else { return try inPlace(file: path) }
        if let status = try session.files.status(path), status.kind != .folder {
            throw CommandFailure(
                .usage, "restore to \(path): the point is a set of files, and this is no folder")
        }
        let targets = try targets(in: path)
        try session.files.makeFolder(path)
        return try InPlaceRestore(session.files, marker: InPlaceRestore.marker(inFolder: path))
            .run(targets, report)
    }

    private func targets(in folder: String) throws -> [InPlaceRestore.Target] {
        var targets: [InPlaceRestore.Target] = []
        var seen: Set<String> = []
        for image in images {
            let wanted = full != nil && image.point.kind == .full ? try membersWithoutLogs(of: image) : nil
            var parts: [(range: Range<Int>, path: String)] = []
            for extent in image.point.layout.extents where extent.key.kind == .data {
                let name = extent.key.name
                if let wanted, !wanted.contains(name) { continue }
                let path = folder + "/" + name
                guard SetExtractor.isPlain(name) else {
                    throw TarError.unsafeName(name, path: image.point.id)
                }
                guard seen.insert(name).inserted else { throw TarError.duplicate(name, path: image.point.id) }
                parts.append((extent.offset..<extent.end, path))
            }
            targets.append(InPlaceRestore.Target(image, parts))
        }
        return targets
    }

    /// The members of a full that stay when the logs of a log point take the place of its own.
    private func membersWithoutLogs(of image: ImageRebuild) throws -> Set<String> {
        let point = image.point
        guard let extent = point.layout.extents.last(where: { $0.key.name == ImageManifest.memberName }),
            extent.length <= ImageManifest.maximumBytes
        else { throw TarError.noMember(ImageManifest.memberName, path: point.id) }
        let bytes = try image.bytes(extent.offset..<extent.end)
        do throws(FormatError) {
            return Set(try ImageManifest(parsing: bytes).namesWithoutLogs)
        } catch { throw TarError.format(error, path: point.id) }
    }

    private func report(_ progress: InPlaceRestore.Progress) throws(SyncError) {
        if Interruption.cause != nil { throw .interrupted }
        switch progress {
        case .reading(let done, let total):
            session.console.progress(
                Progress(label: label + ", reading", doneBytes: done, totalBytes: total))
        case .restoring(let done, let total):
            session.console.progress(Progress(label: label, doneBytes: done, totalBytes: total))
        }
    }
}
