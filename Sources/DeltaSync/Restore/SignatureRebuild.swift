package import Image
package import OffsiteStore
package import Platform

/// Makes an image's signature again from a store: layout from the point, fingerprints from the map.
package enum SignatureRebuild {
    /// - Parameter path: A new file that this writes.
    /// - Throws: `damaged` when the map lacks a fingerprint or the digest is not the point's.
    package static func run(
        _ point: Point, _ map: MapSegment, job: JobObject, path: String, files: any FileSystem
    ) throws(SyncError) -> Signature {
        let writer = try onDisk { () throws(SystemError) in
            try SignatureWriter(creating: path, job: job.id, in: files)
        }
        var lookup = FingerprintLookup(map.runs)
        for extent in point.layout.extents {
            writer.beginExtent(extent.key, blockSize: extent.blockSize)
            for index in 0..<extent.blockCount {
                let range = extent.range(ofBlock: index)
                guard let content = lookup.content(of: range) else {
                    throw .damaged(
                        "the map of point \(point.id) has no fingerprint for byte \(range.lowerBound)")
                }
                try onDisk { () throws(SystemError) in try writer.add(content, length: range.count) }
            }
        }
        let zeros = ZeroFingerprints(Fingerprinter(secret: job.secret))
        let signature = try imaging { () throws(ImageError) in try writer.finish(zeros) }
        guard signature.digest == point.imageDigest else {
            throw .damaged("the fingerprints in the map of point \(point.id) do not add up to its digest")
        }
        return signature
    }
}

/// Finds the fingerprints of blocks asked for in rising order.
package struct FingerprintLookup {
    private let runs: [FingerprintRun]
    private var next = 0

    package init(_ runs: [FingerprintRun]) { self.runs = runs }

    /// What the map says of the block with exactly this range; nil when nothing.
    package mutating func content(of range: Range<Int>) -> BlockContent? {
        if next > 0, next <= runs.count, runs[next - 1].end > range.lowerBound { next = 0 }
        while next < runs.count, runs[next].end <= range.lowerBound { next += 1 }
        guard next < runs.count else { return nil }
        let run = runs[next]
        let distance = range.lowerBound - run.offset
        if case .zero = run.source { return distance >= 0 && range.upperBound <= run.end ? .zero : nil }
        guard distance >= 0, distance % run.blockSize == 0, range.upperBound <= run.end,
            range.count == min(run.blockSize, run.end - range.lowerBound)
        else { return nil }
        return run.content(ofBlock: distance / run.blockSize)
    }
}
