internal import BackupStream
internal import DeltaSync
internal import Image
internal import Platform
internal import StoreFormat

/// Compares the pages of a new image with those of the images that were shipped last.
///
/// Where the spool has none of them any more there is nothing to compare with, and nothing is suspected.
struct LostWriteCheck {
    let context: JobContext
    let identity: JobObject
    let spool: Spool

    /// - Returns: The backup, suspicious when a page is older than it was.
    func examine(_ backup: BackupResult) throws -> BackupResult {
        guard !backup.manifest.databases.isEmpty,
            let file = try? spool.files.open(backup.imagePath, .read)
        else { return backup }
        let new = SearchedImage(file: file, signature: backup.signature, manifest: backup.manifest)
        var lost = LostWrites()
        var seen: Set<Digest256> = []
        for target in context.job.targets.value {
            guard let digest = context.state.target(target)?.full.image, seen.insert(digest).inserted else {
                continue
            }
            do {
                guard let old = try shipped(digest, before: backup.entry, new) else { continue }
                lost.merge(try LostWriteSearch(in: new, since: old).search())
            } catch {
                // A base that cannot be read is no reason to ship nothing: the encoder does without it, too.
                context.session.console.warning(
                    "the pages were not compared with those at \(target): \(error)", job: context.job.name)
            }
        }
        guard !lost.isEmpty else { return backup }
        context.session.console.warning(lost.description, job: context.job.name)
        return BackupResult(backup, manifest: try backup.entry.record(lost, in: spool.files))
    }

    /// An image that some target has; nil when the spool knows nothing of it.
    ///
    /// Where only its manifest is left, or a stream came back unchanged, the new image stands in for its bytes: then the
    /// suspects of before are taken over, and nothing else is found.
    private func shipped(
        _ digest: Digest256, before entry: SpoolEntry, _ new: SearchedImage
    ) throws -> SearchedImage? {
        guard let old = try spool.entry(imageDigest: digest, job: identity.id, before: entry.name) else {
            return nil
        }
        let manifest = try old.manifest(in: spool.files)
        guard digest != new.signature.digest, let path = old.imagePath else {
            return SearchedImage(file: new.file, signature: new.signature, manifest: manifest)
        }
        return SearchedImage(
            file: try spool.files.open(path, .read),
            signature: try spool.signature(of: old, job: identity.id), manifest: manifest)
    }
}
