internal import BackupStream
internal import DeltaSync
internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat
internal import Verify

/// Where a rebuilt image goes.
struct Restoration {
    let session: CommandContext
    let image: ImageReader
    /// The full whose files go with the logs of `image`; nil when that is a full itself.
    let full: ImageReader?
    let label: String

    init(
        _ stored: StoredPoint, in repository: Repository, state: JobState?, session: CommandContext
    ) throws {
        self.session = session
        image = try ImageReader(stored.point, in: repository, state: state, .host(session.files))
        full = try repository.full(of: stored.point).map {
            try ImageReader($0.point, in: repository, state: state, .host(session.files))
        }
        label = "restore \(stored.point.id)"
    }

    /// Eight digits of this run's id: two restores to one place never share a temporary name.
    private var tag: String { String(session.runID.description.prefix(8)) }

    var images: [ImageReader] { [full].compactMap { $0 } + [image] }
    private var totalBytes: Int { images.reduce(0) { $0 + $1.point.layout.length } }

    /// The image alone; of a log point its logs.
    func toFile(_ path: String, replacing: Bool) throws {
        try requireFile(path)
        session.confined.add(PathText.folder(of: path))
        try write(image, to: path, replacing: replacing, after: 0)
    }

    /// Before anything is fetched: the folder is there, and no folder has the file's name.
    func requireFile(_ path: String) throws {
        try session.requireFolder(of: path, to: "restore to")
        guard try session.files.status(path)?.kind == .folder else { return }
        let name = PathText.path(of: "\(image.point.id).img", in: path)
        throw CommandFailure(
            .usage, "write \(path): it is not a regular file, but a folder",
            hint: "name a file in it, as in \(ShellQuote.posix(name))")
    }

    /// The digest is known only at the end: whoever reads must look at the exit status.
    func toStandardOutput() throws {
        try image.run(report) { (piece) throws(SyncError) in
            do throws(SystemError) { try StandardStream.output.write(piece) } catch { throw .system(error) }
        }
    }

    /// A set into a folder, a raw image into a file.
    func to(_ path: String, replacing: Bool) throws {
        guard path != CommandContext.standardOutput else {
            guard !image.isSet else {
                throw CommandFailure(
                    .usage, "restore to standard output: the point is a set of files",
                    hint: "give a folder, or --image - for the tar of the set")
            }
            return try toStandardOutput()
        }
        guard image.isSet else { return try toFile(path, replacing: replacing) }
        try session.requireFolder(of: path, to: "restore to")
        if let status = try session.files.status(path), status.kind != .folder {
            throw CommandFailure(
                .usage, "restore to \(path): the point is a set of files, and this is no folder")
        }
        session.confined.add(path)
        let marker = InPlaceRestore.marker(inFolder: path)
        if !replacing { try InPlaceRestore.checkUnfinished(marker, session.files) }
        // Before anything is fetched: an answer in a second, not after an hour.
        for extent in images.flatMap(\.point.layout.extents) where extent.key.kind == .data && !replacing {
            let member = path + "/" + extent.key.name
            if try session.files.status(member) != nil { throw SyncError.exists(path: member) }
        }
        // Each image, and its files beside it.
        try RestoreSpace.require(2 * images.reduce(0) { $0 + $1.dataBytes }, at: path, in: session.files)
        try session.files.makeFolder(path)
        try unpack(into: path, replacing: replacing)
        if replacing { try InPlaceRestore.forget(marker, session.files) }
    }

    private func unpack(into path: String, replacing: Bool) throws {
        var parts: [SetExtractor.Part] = []
        var temporaries: [String] = []
        defer { for temporary in temporaries { try? session.files.remove(temporary) } }
        var done = 0
        for image in images {
            let temporary = "\(path)/.hybridrep-\(image.point.kind)-\(tag)"
            temporaries.append(temporary)
            try write(image, to: temporary, replacing: false, after: done)
            done += image.point.layout.length
            let reader = try TarReader(try session.files.open(temporary, .read))
            let isContinued = full != nil && image.point.kind == .full
            parts.append(isContinued ? try .init(withoutLogs: reader) : .init(reader))
        }
        try SetExtractor(parts, in: session.files, tag: tag).extract(into: path, force: replacing)
    }

    private func write(
        _ image: ImageReader, to path: String, replacing: Bool, after doneBytes: Int
    ) throws {
        try ImageFile(session.files, tag: tag).write(image, to: path, replacing: replacing) {
            (done) throws(SyncError) in try report(doneBytes + done)
        }
    }

    private func report(_ done: Int) throws(SyncError) {
        if Interruption.cause != nil { throw .interrupted }
        session.console.progress(Progress(label: label, doneBytes: done, totalBytes: totalBytes))
    }
}
