internal import BackupStream
internal import DeltaSync
internal import Image
internal import OffsiteStore
internal import Platform

/// Where a rebuilt image goes.
struct Restoration {
    let session: Session
    let image: ImageRebuild
    let label: String

    /// Eight digits of this run's id: two restores to one place never share a temporary name.
    private var tag: String { String(session.runID.description.prefix(8)) }
    private var layout: ImageLayout { image.point.layout }

    func toFile(_ path: String, replacing: Bool) throws {
        try ImageFile(session.files, tag: tag).write(image, to: path, replacing: replacing, progress)
    }

    /// The digest is known only at the end: whoever reads must look at the exit status.
    func toStandardOutput() throws {
        try image.run(progress) { (piece) throws(SyncError) in
            do throws(SystemError) { try StandardStream.output.write(piece) } catch { throw .system(error) }
        }
    }

    /// A set into a folder, a raw image into a file.
    func to(_ path: String, replacing: Bool) throws {
        let isSet = layout.extents.contains { $0.key.kind == .structure }
        guard isSet else { return try toFile(path, replacing: replacing) }
        if let status = try session.files.status(path), status.kind != .folder {
            throw CommandFailure(
                .usage, "restore to \(path): the point is a set of files, and this is no folder")
        }
        // Before anything is fetched: an answer in a second, not after an hour.
        for extent in layout.extents where extent.key.kind == .data && !replacing {
            let member = path + "/" + extent.key.name
            if try session.files.status(member) != nil { throw SyncError.exists(path: member) }
        }
        try session.files.makeFolder(path)
        let temporary = "\(path)/.hybridrep-image-\(tag)"
        defer { try? session.files.remove(temporary) }
        try toFile(temporary, replacing: false)
        let reader = try TarReader(try session.files.open(temporary, .read))
        try SetExtractor(reader, in: session.files, tag: tag).extract(into: path, force: replacing)
    }

    private func progress(_ done: Int) {
        session.console.progress(Progress(label: label, doneBytes: done, totalBytes: layout.length))
    }
}
