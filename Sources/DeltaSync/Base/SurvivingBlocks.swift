internal import Image
internal import Platform
internal import Restore
internal import StoreFormat

/// Blocks of a base that an image has unchanged, told by fingerprints that are not on the base's own grid.
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

    /// What a block of the base holds; nil when the image does not have all of it at the expected place.
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
