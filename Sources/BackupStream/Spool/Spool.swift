package import Image
package import Platform

/// The folder of a job where its newest images wait, and the bases of its next deltas stay.
///
/// Files of an image: `NAME.tar` or `NAME.img`, `NAME.json`, `NAME.sig`. The signature is published last and
/// removed first, so an image without one is a leftover (docs/format/image.md, section 5).
package struct Spool: Sendable {
    static let partialSuffix = ".partial"
    private static let lockName = "lock"

    /// The spool of all jobs.
    let directory: String
    let job: Name
    /// The job's own folder; there from the first time on that it was acquired.
    package let folder: String
    package let files: any FileSystem
    let shelf = SignatureCache()

    /// - Parameter directory: The spool of all jobs; its parent must exist.
    package init(_ directory: String, job: Name, in files: any FileSystem) {
        self.directory = directory
        self.job = job
        folder = "\(directory)/\(job)"
        self.files = files
    }

    /// Takes the lock that every run holds while it changes the spool; nil when another run has it.
    ///
    /// The first run makes the folder. What dead runs left is removed: nobody else can be writing it.
    package func acquire() throws(BackupError) -> (any HeldLock)? {
        do throws(SystemError) {
            if try files.status(directory) == nil { try files.makeFolder(directory) }
            if try files.makeFolder(folder) { try files.syncFolder(directory) }
            guard let lock = try files.lock("\(folder)/\(Self.lockName)", .exclusive) else { return nil }
            try sweep()
            return lock
        } catch { throw .spool(error) }
    }

    /// Returns true if a run has created its folder.
    package func isThere() throws(BackupError) -> Bool {
        try system { () throws(SystemError) in try files.status(folder) != nil }
    }

    /// All images, oldest first.
    package func entries() throws(BackupError) -> [SpoolEntry] {
        guard try isThere() else { return [] }
        let names = try system { () throws(SystemError) in try files.list(folder) }
        let present = Set(names)
        return names.compactMap { file in
            guard file.hasSuffix(".sig"), let name = SpoolName(file.dropLast(4)) else { return nil }
            let kind = SpoolEntry.ImageKind.allCases.first { present.contains("\(name).\($0.rawValue)") }
            return SpoolEntry(name: name, folder: folder, imageKind: kind)
        }
    }

    package func newest() throws(BackupError) -> SpoolEntry? { try entries().last }

    /// The newest image of a kind.
    package func newest(_ kind: ImageManifest.Kind) throws(BackupError) -> SpoolEntry? {
        try entries().last { self.kind($0) == kind }
    }

    /// Returns the kind that its manifest records.
    ///
    /// An unreadable one counts as a full, the safe assumption.
    private func kind(_ entry: SpoolEntry) -> ImageManifest.Kind {
        (try? entry.manifest(in: files))?.kind ?? .full
    }

    /// The newest entry with this digest, told by its signature, not by its name; one with its image first.
    ///
    /// A signature that cannot be read is passed over: it is no proof of any image.
    ///
    /// - Parameter name: Only entries older than this one count.
    package func entry(
        imageDigest digest: Digest256, job: Identifier, before name: SpoolName? = nil
    ) throws(BackupError) -> SpoolEntry? {
        let named = try entries().reversed().filter { entry in
            if let name, entry.name >= name { return false }
            return digest.description.hasPrefix(entry.name.digestPrefix)
        }
        let wanted = named.filter { $0.imageKind != nil } + named.filter { $0.imageKind == nil }
        return wanted.first { (try? signature(of: $0, job: job))?.digest == digest }
    }

    /// The signature of an image, checked against its digest once a run.
    ///
    /// - Parameter job: The id that it must carry.
    package func signature(of entry: SpoolEntry, job: Identifier) throws(ImageError) -> Signature {
        try shelf.open(entry.signaturePath, job: job, in: files)
    }

    /// Removes all but the newest `keep` fulls, the newest log image, and those of `alwaysKeep`; returns the
    /// removed.
    ///
    /// - Parameter alwaysKeep: Digests of images that some target still needs as base or has not got yet.
    @discardableResult package func expire(
        keep: Int, alwaysKeep: Set<Digest256>
    ) throws(BackupError) -> [SpoolEntry] {
        let expired = try expirable(keep: keep, alwaysKeep: alwaysKeep)
        for entry in expired { try remove(entry) }
        if !expired.isEmpty { try system { () throws(SystemError) in try files.syncFolder(folder) } }
        return expired
    }

    /// Returns the entries that ``expire(keep:alwaysKeep:)`` would remove, oldest first.
    package func expirable(keep: Int, alwaysKeep: Set<Digest256>) throws(BackupError) -> [SpoolEntry] {
        let all = try entries()
        // One entry a digest is enough, however often a source came back unchanged.
        let needed = alwaysKeep.compactMap { digest in
            let found = all.filter { digest.description.hasPrefix($0.name.digestPrefix) }
            return (found.last { $0.imageKind != nil } ?? found.last)?.name
        }
        let kinds = all.map { (name: $0.name, kind: kind($0)) }
        let fulls = kinds.filter { $0.kind == .full }.suffix(max(1, keep))
        let logs = kinds.filter { $0.kind == .logs }.suffix(1)
        let kept = Set(needed + fulls.map(\.name) + logs.map(\.name))
        return all.filter { !kept.contains($0.name) }
    }

    private func remove(_ entry: SpoolEntry) throws(BackupError) {
        do throws(SystemError) {
            try files.remove(entry.signaturePath)
            for ending in ["json"] + SpoolEntry.ImageKind.allCases.map(\.rawValue)
            where try files.status(entry.path(ending)) != nil { try files.remove(entry.path(ending)) }
        } catch { throw .spool(error) }
    }

    /// Removes partial files, and images whose signature was never published.
    private func sweep() throws(SystemError) {
        let names = try files.list(folder)
        let present = Set(names)
        for file in names {
            guard let dot = file.firstIndex(of: "."), let name = SpoolName(file[..<dot]) else {
                if file.hasPrefix(Self.runPrefix), file.hasSuffix(Self.partialSuffix) {
                    try files.remove("\(folder)/\(file)")
                }
                continue
            }
            let ending = String(file[dot...].dropFirst())
            let isOurs = ["json"] + SpoolEntry.ImageKind.allCases.map(\.rawValue)
            let isOrphan = isOurs.contains(ending) && !present.contains("\(name).sig")
            if isOrphan || ending.hasSuffix(Self.partialSuffix) { try files.remove("\(folder)/\(file)") }
        }
        // With the room that this made.
        for file in names where file.hasSuffix("." + RedoJournal.ending) {
            if let name = SpoolName(file.dropLast(RedoJournal.ending.count + 1)) { try redo(name) }
        }
    }

    /// The prefix of files that have no digest yet.
    static let runPrefix = "run-"

    func system<Value>(_ body: () throws(SystemError) -> Value) throws(BackupError) -> Value {
        do throws(SystemError) { return try body() } catch { throw .spool(error) }
    }

    func imaging<Value>(_ body: () throws(ImageError) -> Value) throws(BackupError) -> Value {
        do throws(ImageError) { return try body() } catch { throw .spool(error) }
    }
}

extension Spool {
    /// The room that it has; before the first run, where its folder will be made.
    package func space() throws(BackupError) -> SpaceStatus {
        try system { () throws(SystemError) in
            for place in [folder, directory] where try files.status(place) != nil {
                return try files.space(place)
            }
            return try files.space(PathText.folder(of: directory))
        }
    }

    /// Fails before anything is read or written when there is no room for it in addition to the reserve.
    ///
    /// - Parameters:
    ///   - byteCount: What is going to be written, as far as that is known.
    ///   - signedBytes: Of the image whose signature is written, without its holes.
    package func requireSpace(_ byteCount: Int, signing signedBytes: Int = 0) throws(BackupError) {
        let space = try space()
        // No size that somebody names may overflow. A signature takes up to half a percent of the image.
        let most = Int.max / 4
        let needed = min(byteCount, most) + min(signedBytes, most) / 200 + space.reservedBytes
        guard !space.holds(needed) else { return }
        throw BackupError(
            .noSpace,
            "write \(folder): \(needed) bytes needed, of which \(space.reservedBytes) stay free; "
                + "\(space.availableBytes) of \(space.totalBytes) are there",
            hint: BackupError.spoolHint)
    }
}
