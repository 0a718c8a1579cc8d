internal import BackupStream
internal import Image
internal import Platform

extension BackupResult {
    /// An image that an earlier backup left in the spool.
    init(_ entry: SpoolEntry, job: Identifier, in spool: Spool) throws {
        let manifest = try entry.manifest(in: spool.files)
        self.init(
            imagePath: entry.imagePath ?? manifest.source.label, ownsImage: entry.imagePath != nil,
            signature: try spool.signature(of: entry, job: job), signaturePath: entry.signaturePath,
            manifest: manifest, entry: entry, health: manifest.health)
    }

    /// The same, with what was learned of it since.
    init(_ result: BackupResult, manifest: ImageManifest) {
        self.init(
            imagePath: result.imagePath, ownsImage: result.ownsImage, signature: result.signature,
            signaturePath: result.signaturePath, manifest: manifest, entry: result.entry,
            health: manifest.health)
    }

    /// When reading began.
    var sourceTime: Timestamp {
        get throws {
            guard let time = Timestamp(rfc3339: manifest.sourceTime) else {
                throw CommandFailure(
                    .failure, "read \(entry.manifestPath): \(manifest.sourceTime) is not a time")
            }
            return time
        }
    }
}
