internal import BackupStream
internal import DeltaSync
internal import Platform

/// The images in the spool, as bases of deltas.
struct SpoolBases: BaseImages {
    let spool: Spool
    let job: Identifier

    func base(_ digest: Digest256) -> BaseImage? {
        guard let entry = try? spool.entry(imageDigest: digest, job: job),
            let signature = try? spool.signature(of: entry, job: job)
        else { return nil }
        return BaseImage(
            signature: signature, file: entry.imagePath.flatMap { try? spool.files.open($0, .read) })
    }
}
