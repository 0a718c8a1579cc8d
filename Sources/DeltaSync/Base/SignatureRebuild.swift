package import Image
package import Platform
package import Restore
package import StoreFormat

/// Makes an image's signature again from a store: layout from the point, fingerprints from the map.
///
/// What has moved off its grid has fingerprints on the old one only. Where the new image has the same bytes at the
/// expected place, they give the missing ones; where it has not, the block is like no other.
package enum SignatureRebuild {
    /// Stands for what is not known; no block of data has it.
    private static let unknown = BlockContent.data(Fingerprint(low: 0, high: 0))

    /// - Parameters:
    ///   - runs: The fingerprints of the point's map.
    ///   - image: The image that will be compared with it; nil when there is none.
    ///   - path: A new file that this writes.
    /// - Throws: `damaged` when all is known and the digest is not the point's.
    package static func run(
        _ point: Point, _ runs: [FingerprintRun], job: JobObject, comparedWith image: ShippedImage?,
        path: String,
        files: any FileSystem
    ) throws(SyncError) -> Signature {
        let writer = try onDisk { () throws(SystemError) in
            try SignatureWriter(creating: path, job: job.id, in: files)
        }
        let fingerprinter = Fingerprinter(secret: job.secret)
        var lookup = FingerprintLookup(runs)
        let survivors = image.map { SurvivingBlocks(runs, in: $0, fingerprinter) }
        var isComplete = true
        for extent in point.layout.extents {
            writer.beginExtent(extent.key, blockSize: extent.blockSize)
            var next = 0
            while next < extent.blockCount {
                let (blocks, content) = try lookup.blocks(of: extent, from: next)
                next = blocks.upperBound
                let range = extent.range(ofBlocks: blocks)
                if content == .zero {
                    writer.add(zeros: range.count, blocks: blocks.count)
                    continue
                }
                for index in blocks {
                    let block = extent.range(ofBlock: index)
                    var found = content
                    if found == nil { found = try survivors?.content(of: block, in: extent) }
                    isComplete = isComplete && found != nil
                    try onDisk { () throws(SystemError) in
                        try writer.add(found ?? unknown, length: block.count)
                    }
                }
            }
        }
        let signature = try imaging { () throws(ImageError) in
            try writer.finish(ZeroFingerprints(fingerprinter))
        }
        guard !isComplete || signature.digest == point.imageDigest else {
            throw .damaged("the fingerprints in the map of point \(point.id) do not add up to its digest")
        }
        return signature
    }
}
