package import Platform
internal import Restore
package import StoreFormat

/// What this host remembers of a job.
///
/// Losing it costs time, never correctness.
///
/// `STATE/JOB/job` is the job's object with a store id of zero; `maps/` are map segments as the stores have
/// them; `targets/TARGET` is what was last seen there; `compared/TARGET` is when an image was last compared fully with
/// the base there, in RFC 3339; `shipped/TARGET` is a ``PushJournal``; `adopted/TARGET` is the point that was newest when this host took the job over; `strangers/TARGET` is
/// ``KnownStrangers``; `tmp/` is emptied by every push. Its folders are
/// made by whoever first writes there: reading changes nothing.
package struct JobState: MapCache {
    private let folder: String
    private let files: any FileSystem
    package let name: Name

    /// - Parameter folder: The state of all jobs; its parent must exist.
    package init(folder: String, job: Name, files: any FileSystem) {
        self.folder = "\(folder)/\(job)"
        self.files = files
        name = job
    }

    private func makeFolders() throws(SystemError) {
        try files.makeFolder(PathText.folder(of: folder))
        for name in ["", "/maps", "/targets", "/compared", "/shipped", "/adopted", "/tmp"] {
            try files.makeFolder(folder + name)
        }
    }

    package var temporaryFolder: String { folder + "/tmp" }

    /// The job's identity; nil when this host has never known it, or has lost or damaged it.
    package func job() -> JobObject? {
        guard let bytes = try? files.contents(folder + "/job", limit: JobObject.maximumBytes) else {
            return nil
        }
        return try? JobObject(parsing: bytes, store: .zero)
    }

    package func remember(_ job: JobObject) throws(SystemError) {
        try replace("job", job.encoded(store: .zero))
    }

    /// Forgets an identity that was drawn and that no store has.
    package func forgetJob() throws(SystemError) {
        if try files.status(folder + "/job") != nil { try files.remove(folder + "/job") }
    }

    package func target(_ target: Name) -> TargetMemory? {
        guard let bytes = try? files.contents(folder + "/targets/\(target)", limit: 4096) else { return nil }
        return try? TargetMemory(parsing: bytes)
    }

    package func remember(_ memory: TargetMemory, of target: Name) throws(SystemError) {
        try replace("targets/\(target)", memory.encoded)
    }

    package func forget(_ target: Name) throws(SystemError) {
        for path in ["targets", "compared", "shipped", "adopted", "strangers"].map({
            "\(folder)/\($0)/\(target)"
        })
        where try files.status(path) != nil { try files.remove(path) }
    }

    /// When an image was last compared with this target's base byte by byte; nil when that is not known.
    package func compared(_ target: Name) -> Timestamp? {
        guard let bytes = try? files.contents(folder + "/compared/\(target)", limit: 64) else { return nil }
        return Timestamp(rfc3339: String(decoding: bytes, as: UTF8.self))
    }

    package func rememberCompared(_ target: Name, at time: Timestamp) throws(SystemError) {
        try replace("compared/\(target)", Array(time.description.utf8))
    }

    /// The newest point of a target when somebody said that this host takes the job over; nil where nobody has.
    package func adopted(_ target: Name) -> Point.Reference? {
        guard let bytes = try? files.contents(folder + "/adopted/\(target)", limit: 64) else { return nil }
        var reader = ByteReader(bytes)
        guard let generation = try? reader.uint64(), let digest = try? reader.digest(), reader.remaining == 0
        else { return nil }
        return Point.Reference(generation: generation, digest: digest)
    }

    /// Notes that this host takes the job over, whoever made the newest point.
    package func adopt(_ head: Point.Reference, of target: Name) throws(SystemError) {
        var writer = ByteWriter()
        writer.uint64(head.generation)
        writer.append(head.digest)
        try replace("adopted/\(target)", writer.bytes)
    }

    /// Points of a target that this host did not make; none where nothing is known.
    package func strangers(_ target: Name) -> KnownStrangers {
        let bytes = try? files.contents(folder + "/strangers/\(target)", limit: KnownStrangers.maximumBytes)
        return bytes.flatMap { try? KnownStrangers(parsing: $0) } ?? KnownStrangers([])
    }

    package func remember(_ strangers: KnownStrangers, of target: Name) throws(SystemError) {
        let path = folder + "/strangers/\(target)"
        guard strangers.entries.isEmpty else {
            try makeFolders()
            try files.makeFolder(folder + "/strangers")
            return try replace("strangers/\(target)", strangers.encoded)
        }
        if try files.status(path) != nil { try files.remove(path) }
    }

    /// What was shipped to a target since its newest point.
    func journal(_ target: Name) -> PushJournal { PushJournal("\(folder)/shipped/\(target)", files) }

    /// A map segment that was kept; nil when it was not, or is damaged.
    package func segment(_ segment: Point.Segment, of job: JobObject) -> MapSegment? {
        guard let file = try? files.open(mapPath(segment.name), .read),
            let found = try? MapSegment(reading: file, job: job.id), found.name == segment
        else { return nil }
        return found
    }

    /// Keeps a copy of a map segment, in the place of one that was damaged.
    package func keep(_ segment: MapSegment) throws(SystemError) {
        try replace(mapPath(segment.name.name)) { (copy) throws(SystemError) in
            try segment.file.forEachPiece(upTo: segment.name.length, { $0 }) {
                (offset, bytes) throws(SystemError) in try copy.write(bytes.span, at: offset)
            }
        }
    }

    /// Removes kept segments that no target's newest point has.
    package func keepOnly(_ segments: Set<Digest256>) throws(SystemError) {
        try makeFolders()
        for name in try files.list(folder + "/maps") {
            guard name.hasSuffix(".map"), let digest = Digest256(hex: name.dropLast(4)),
                segments.contains(digest)
            else {
                try files.remove(folder + "/maps/" + name)
                continue
            }
        }
    }

    /// Empties the folder for temporary files; only the holder of the job's lock may.
    package func sweep() throws(SystemError) {
        try makeFolders()
        for name in try files.list(temporaryFolder) { try files.remove(temporaryFolder + "/" + name) }
    }

    /// Excludes other runs of this job on this host; nil when there is one.
    package func lock() throws(SystemError) -> (any HeldLock)? {
        try makeFolders()
        return try files.lock(folder + "/lock", .exclusive)
    }

    private func mapPath(_ name: Digest256) -> String { "\(folder)/maps/\(name).map" }

    private func replace(_ name: String, _ bytes: [UInt8]) throws(SystemError) {
        try replace(folder + "/" + name) { (file) throws(SystemError) in try file.write(bytes.span, at: 0) }
    }

    private func replace(
        _ path: String, _ write: (any OpenFile) throws(SystemError) -> Void
    ) throws(SystemError) {
        try makeFolders()
        let temporary = path + ".partial"
        if try files.status(temporary) != nil { try files.remove(temporary) }
        let file = try files.open(temporary, .create)
        try write(file)
        try file.sync()
        try files.rename(temporary, to: path)
        try files.syncFolder(PathText.folder(of: path))
    }
}
