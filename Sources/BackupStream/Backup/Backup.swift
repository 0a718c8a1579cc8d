package import Image
package import Platform

/// One backup: a source is read once and becomes an image with its signature and manifest.
///
/// The caller holds the spool's lock (``Spool/acquire()``).
package struct Backup {
    package struct Options: Sendable {
        /// Fewest bytes a file or stream may have.
        package var minSize: Int?
        /// The bytes a file or stream must have.
        package var expectBytes: Int?
        /// Makes an image of a source with bad pages, marked as damaged.
        package var acceptDamaged: Bool
        /// Makes an image of a set that is recoverable only with loss or lacks a database, marked as damaged.
        package var acceptLoss: Bool
        /// Files that a set may lack.
        package var leaveOut: LeaveOut
        /// A new image of a set begins as a clone of the one before, where the file system can do that.
        package var sharesImages: Bool

        package init(
            minSize: Int? = nil, expectBytes: Int? = nil, acceptDamaged: Bool = false,
            acceptLoss: Bool = false, leaveOut: LeaveOut = LeaveOut(), sharesImages: Bool = true
        ) {
            self.minSize = minSize
            self.expectBytes = expectBytes
            self.acceptDamaged = acceptDamaged
            self.acceptLoss = acceptLoss
            self.leaveOut = leaveOut
            self.sharesImages = sharesImages
        }
    }

    /// The host and program that make the backup, for the manifest.
    package struct Maker: Sendable {
        package let hostName: String
        package let toolVersion: String
        package let machine: MachineIdentity?
        /// The source was named on the command line.
        package let isGiven: Bool

        package init(
            hostName: String, toolVersion: String, machine: MachineIdentity? = nil, isGiven: Bool = false
        ) {
            self.hostName = hostName
            self.toolVersion = toolVersion
            self.machine = machine
            self.isGiven = isGiven
        }
    }

    package let source: SourceSpecification
    package let spool: Spool
    package let job: Identifier
    package let fingerprinter: Fingerprinter
    package let clock: any Clock
    package let maker: Maker
    package let options: Options
    /// Standard input of the program; only a `stdin` source needs it.
    package let standardInput: (any ByteInput)?
    let pulse: ReadPulse
    /// For logs; spent by the first that stays bad.
    let patience: ReadPatience

    package init(
        of source: SourceSpecification, into spool: Spool, job: Identifier, fingerprinter: Fingerprinter,
        clock: any Clock, maker: Maker, options: Options = Options(), standardInput: (any ByteInput)? = nil,
        pulse: @escaping ReadPulse = {}
    ) {
        self.source = source
        self.spool = spool
        self.job = job
        self.fingerprinter = fingerprinter
        self.clock = clock
        self.maker = maker
        self.options = options
        self.standardInput = standardInput
        self.pulse = pulse
        patience = ReadPatience(clock)
    }

    var files: any FileSystem { spool.files }

    /// Reads the source and publishes what came of it; after an error the spool is as it was.
    package func run(
        progress: @escaping (_ doneBytes: Int, _ totalBytes: Int?) -> Void = { _, _ in }
    ) throws(BackupError) -> BackupResult {
        let time = clock.now
        let draft = SpoolDraft(in: spool, at: time)
        do throws(BackupError) {
            return switch source {
            case .ese(let path, let logs):
                try readSet(path, logs: logs, into: draft, at: time, progress)
            case .file, .command, .stdin:
                try readRaw(into: draft, at: time, progress)
            }
        } catch {
            draft.discard()
            throw error
        }
    }

    /// An empty manifest of this backup.
    func manifest(at time: Timestamp) -> ImageManifest {
        ImageManifest(
            source: .init(
                kind: source.kind, label: source.label, hostName: maker.hostName,
                machine: maker.machine?.machine, hardware: maker.machine?.hardware,
                isGiven: maker.isGiven ? true : nil),
            sourceTime: time.description, toolVersion: maker.toolVersion)
    }

    /// The writer of a new image, and the draft's signature with it.
    ///
    /// - Parameters:
    ///   - image: Nil for an image that is read in place.
    ///   - shared: The image of which this one is a clone.
    func writer(
        _ draft: SpoolDraft, image: (any OpenFile)?, shared: SharedImage? = nil
    ) throws(BackupError) -> ImageWriter {
        let path = try draft.claim("sig")
        let signature: SignatureWriter
        do throws(SystemError) {
            signature = try SignatureWriter(creating: path, job: job, in: files)
        } catch { throw .spool(error) }
        return ImageWriter(BlockScanner(fingerprinter, into: signature), file: image, shared: shared)
    }

    /// The writer of a new tar, which shares with the one before what is the same, where the file system can.
    ///
    /// Fails where there is no room for what it does not share, before any of `members` is read.
    func tarWriter(
        _ draft: SpoolDraft, _ kind: ImageManifest.Kind, _ members: [SetFile]
    ) throws(BackupError) -> ImageWriter {
        let image = try draft.create("tar")
        let shared =
            options.sharesImages
            ? try spool.share(
                kind, into: image, job: job, fingerprinter, seed: Int(clamping: clock.now.seconds)) : nil
        var holes = 0
        for file in members {
            holes += file.status.length - (try WatchedFile(opening: file.path, in: files).dataBytes)
        }
        let manifestBytes = 1 << 16 + 512 * members.count
        let needed = TarWriter.imageLength(members.map(\.tarMember)) + manifestBytes - holes
        // How much of a clone is rewritten is unknown before the source is read.
        try spool.requireSpace(shared == nil ? needed : 0, signing: needed)
        return try writer(draft, image: image, shared: shared)
    }

    /// Gives image, manifest and signature their names.
    ///
    /// - Parameter external: The image's path when it is not the spool's.
    func publish(
        _ draft: SpoolDraft, _ signature: Signature, _ manifest: ImageManifest, at time: Timestamp,
        _ kind: SpoolEntry.ImageKind?, external: String? = nil
    ) throws(BackupError) -> BackupResult {
        try draft.write(manifest.json, as: "json")
        let entry = try draft.publish(signature.digest, at: time, imageKind: kind)
        let named: Signature
        do throws(SystemError) {
            let file = try files.open(entry.signaturePath, .read)
            named = Signature(file: file, signature.tail)
            spool.shelf.put(named, try file.status(), job: job)
        } catch { throw .spool(error) }
        return BackupResult(
            imagePath: entry.imagePath ?? external ?? "", ownsImage: entry.imagePath != nil,
            signature: named, signaturePath: entry.signaturePath, manifest: manifest, entry: entry,
            health: manifest.health)
    }
}

/// The result of a backup in the spool.
package struct BackupResult {
    package enum Health: Sendable {
        case good
        /// Bad pages or a loss were accepted by option.
        case damaged
        /// Pages are older than in an image that was shipped before.
        case suspicious
    }

    package let imagePath: String
    /// False for a `file` source, whose image is the file itself.
    package let ownsImage: Bool
    package let signature: Signature
    package let signaturePath: String
    package let manifest: ImageManifest
    package let entry: SpoolEntry
    package let health: Health

    package init(
        imagePath: String, ownsImage: Bool, signature: Signature, signaturePath: String,
        manifest: ImageManifest,
        entry: SpoolEntry, health: Health
    ) {
        self.imagePath = imagePath
        self.ownsImage = ownsImage
        self.signature = signature
        self.signaturePath = signaturePath
        self.manifest = manifest
        self.entry = entry
        self.health = health
    }
}
