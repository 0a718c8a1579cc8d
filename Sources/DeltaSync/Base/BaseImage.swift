package import Image
package import Platform
package import Restore
package import StoreFormat

/// The image that a delta is made against: the last one shipped of its kind.
package struct BaseImage {
    package let signature: Signature
    /// Its bytes; nil when this host no longer has them, which makes changed blocks plain.
    package let file: (any OpenFile)?

    package init(signature: Signature, file: (any OpenFile)?) {
        self.signature = signature
        self.file = file
    }

    /// The bytes of a range; nil when the file does not have, or no longer, what its signature says.
    func bytes(of range: Range<Int>, _ fingerprinter: Fingerprinter) -> [UInt8]? {
        guard let file, !range.isEmpty, let first = signature.layout.block(at: range.lowerBound),
            let last = signature.layout.block(at: range.upperBound - 1),
            let whole = try? file.bytes(
                at: first.range.lowerBound, count: last.range.upperBound - first.range.lowerBound)
        else { return nil }
        for number in first.number...last.number {
            guard let block = number == first.number ? first : signature.layout.block(number: number),
                let content = try? signature.content(ofBlock: number),
                content.isContent(
                    of: whole.span.extracting(
                        block.range.lowerBound - first.range.lowerBound..<block.range.upperBound
                            - first.range.lowerBound), fingerprinter)
            else { return nil }
        }
        let start = range.lowerBound - first.range.lowerBound
        return start == 0 && whole.count == range.count ? whole : Array(whole[start..<start + range.count])
    }
}

/// The images that this host keeps.
package protocol BaseImages {
    /// The image with this digest; nil when it is not kept.
    func base(_ digest: Digest256) -> BaseImage?
}

/// An image that is to become a point.
package struct ShippedImage {
    package let file: any OpenFile
    package let signature: Signature

    package init(file: any OpenFile, signature: Signature) {
        self.file = file
        self.signature = signature
    }
}

/// Blocks of a base that an image has unchanged, found by fingerprints that are not on the base's own grid.
struct SurvivingBlocks {
    private let runs: [FingerprintRun]
    private let image: ReadWindow
    private let fingerprinter: Fingerprinter
    private let extents: [Extent.Key: Extent]

    init(_ runs: [FingerprintRun], in image: ShippedImage, _ fingerprinter: Fingerprinter) {
        self.runs = runs
        self.fingerprinter = fingerprinter
        self.image = ReadWindow(image.file, length: image.signature.layout.length)
        extents = Dictionary(image.signature.layout.extents.map { ($0.key, $0) }) { first, _ in first }
    }

    /// The content of a block of the base; nil if the image does not have all of it at the expected place.
    func content(of range: Range<Int>, in extent: Extent) throws(SyncError) -> BlockContent? {
        guard let other = extents[extent.key] else { return nil }
        let distance = other.offset - extent.offset
        var offset = range.lowerBound
        for run in runs[Layer.firstIndex(in: runs, endingAfter: offset)...] {
            guard run.offset <= offset else { return nil }
            while offset < min(run.end, range.upperBound) {
                let block = (offset - run.offset) / run.blockSize
                let start = run.offset + block * run.blockSize
                let end = min(start + run.blockSize, run.end)
                let known = try imaging { () throws(ImageError) in try run.content(ofBlock: block) }
                guard let content = known, try isContent(content, of: start + distance..<end + distance)
                else { return nil }
                offset = end
            }
            if offset >= range.upperBound { break }
        }
        guard offset >= range.upperBound else { return nil }
        let place = range.lowerBound + distance..<range.upperBound + distance
        return try onDisk { () throws(SystemError) in
            try image.withBytes(of: place) {
                ZeroScan.isZero($0) ? .zero : .data(fingerprinter.fingerprint($0))
            }
        }
    }

    private func isContent(_ content: BlockContent, of range: Range<Int>) throws(SyncError) -> Bool {
        guard range.lowerBound >= 0 else { return false }
        return try onDisk { () throws(SystemError) in
            try image.withBytes(of: range) { content.isContent(of: $0, fingerprinter) } ?? false
        }
    }
}

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
