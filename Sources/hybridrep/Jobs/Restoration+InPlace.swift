internal import BackupStream
internal import Image
internal import Platform
internal import Restore
internal import StoreFormat
internal import Verify

extension Restoration {
    /// The image alone, of a log point its logs; a file that is not there is made.
    ///
    /// - Returns: How many bytes the file did not have.
    func inPlace(file path: String) throws -> Int {
        try requireFile(path)
        session.confined.add(PathText.folder(of: path))
        let whole = 0..<image.point.layout.length
        return try InPlaceRestore(session.files, marker: InPlaceRestore.marker(of: path))
            .run([InPlaceRestore.Target(image, [(whole, path)])], report)
    }

    /// A set in its folder, file by file, a raw image in its file.
    func inPlace(to path: String) throws -> Int {
        guard image.isSet else { return try inPlace(file: path) }
        try session.requireFolder(of: path, to: "restore to")
        if let status = try session.files.status(path), status.kind != .folder {
            throw CommandFailure(
                .usage, "restore to \(path): the point is a set of files, and this is no folder")
        }
        session.confined.add(path)
        let targets = try MemberFiles.targets(images, in: path)
        try session.files.makeFolder(path)
        return try InPlaceRestore(session.files, marker: InPlaceRestore.marker(inFolder: path))
            .run(targets, report)
    }

    /// Shows how far files have come, read or written.
    func report(_ progress: InPlaceRestore.Progress) throws(SyncError) {
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
