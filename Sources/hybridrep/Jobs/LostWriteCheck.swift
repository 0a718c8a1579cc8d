internal import BackupStream
internal import DeltaSync
internal import Image
internal import OffsiteStore
internal import Platform

/// Compares the pages of a new image with those of the images that were shipped last.
///
/// Where the spool has none of them any more there is nothing to compare with, and nothing is suspected.
struct LostWriteCheck {
    let context: JobContext
    let identity: JobObject
    let spool: Spool

    /// - Returns: The backup, suspicious when a page is older than it was.
    func examine(_ backup: BackupResult) throws -> BackupResult {
        guard !backup.manifest.databases.isEmpty, let new = image(backup) else { return backup }
        var lost = LostWrites()
        var seen: Set<Digest256> = []
        for target in context.job.targets.value {
            guard let digest = context.state.target(target)?.full.image, seen.insert(digest).inserted,
                let old = shipped(digest)
            else { continue }
            lost.merge(try LostWriteSearch(in: new, since: old).search())
        }
        guard !lost.isEmpty else { return backup }
        context.session.console.warning(lost.description, job: context.job.name)
        return BackupResult(backup, manifest: try backup.entry.record(lost, in: spool.files))
    }

    private func image(_ backup: BackupResult) -> SearchedImage? {
        guard let file = try? spool.files.open(backup.imagePath, .read) else { return nil }
        return SearchedImage(file: file, signature: backup.signature, manifest: backup.manifest)
    }

    /// An image that some target has, with its bytes.
    private func shipped(_ digest: Digest256) -> SearchedImage? {
        guard let entry = try? spool.entry(imageDigest: digest, job: identity.id), let path = entry.imagePath,
            let signature = try? entry.signature(job: identity.id, in: spool.files),
            let manifest = try? entry.manifest(in: spool.files),
            let file = try? spool.files.open(path, .read)
        else { return nil }
        return SearchedImage(file: file, signature: signature, manifest: manifest)
    }
}
