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
        try write(image, to: path, replacing: replacing)
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
        try NewFiles(session.files, tag: tag).write(
            try MemberFiles.targets(images, in: path), into: path, replacing: replacing, report)
    }

    private func write(_ image: ImageReader, to path: String, replacing: Bool) throws {
        try NewFiles(session.files, tag: tag).write(image, to: path, replacing: replacing, report)
    }

    private func report(_ done: Int) throws(SyncError) {
        if Interruption.cause != nil { throw .interrupted }
        session.console.progress(Progress(label: label, doneBytes: done, totalBytes: totalBytes))
    }
}
