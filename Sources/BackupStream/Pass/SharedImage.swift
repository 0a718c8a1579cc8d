internal import Image
internal import Platform

/// The image before, of which a new one began as a clone: what is the same in both is there already and is not written.
///
/// Its bytes are taken for what its signature says. A sample of them was proved before; a full comparison proves all,
/// and an image that is due for that is written in full.
struct SharedImage {
    private let signature: Signature

    init(_ signature: Signature) { self.signature = signature }

    var length: Int { signature.layout.length }

    /// Adds the parts of a piece that are not in the old image at the same place.
    ///
    /// - Parameters:
    ///   - offset: Of the piece in both images.
    ///   - ranges: Byte ranges of the piece, joined.
    func addChanges(
        _ prints: BlockFingerprints, at offset: Int, to ranges: inout [Range<Int>]
    ) throws(ImageError) {
        let blockSize = prints.blockSize
        var start = 0
        var rest = prints.fingerprints[...]
        for run in prints.runs {
            let end = min(start + run.count * blockSize, prints.byteCount)
            while start < end {
                let (length, old) = try old(at: offset + start, byteCount: end - start, blockSize)
                let count = (length + blockSize - 1) / blockSize
                let now = run.isZero ? nil : rest.prefix(count)
                rest = rest.dropFirst(now?.count ?? 0)
                switch (now, old?.fingerprints) {
                case (nil, nil) where old != nil: break
                case (let now?, let then?):
                    for index in 0..<count where now[now.startIndex + index] != then[then.startIndex + index]
                    {
                        let first = start + index * blockSize
                        ranges.appendJoined(first..<min(first + blockSize, start + length))
                    }
                default: ranges.appendJoined(start..<start + length)
                }
                start += length
            }
        }
    }

    /// How many of the bytes from `offset` on the old image has in blocks like these that are alike, and what they
    /// hold; nil for bytes that it does not have, or on another grid.
    private func old(
        at offset: Int, byteCount: Int, _ blockSize: Int
    ) throws(ImageError) -> (byteCount: Int, Signature.Blocks?) {
        guard let number = signature.layout.extent(at: offset) else { return (byteCount, nil) }
        let extent = signature.layout.extents[number]
        let rest = extent.end - offset
        guard extent.blockSize == blockSize, (offset - extent.offset) % blockSize == 0 else {
            return (min(byteCount, (rest + blockSize - 1) / blockSize * blockSize), nil)
        }
        let first = signature.layout.firstBlocks[number] + (offset - extent.offset) / blockSize
        let whole = min(byteCount, rest) / blockSize
        if whole > 0 {
            let found = try signature.blocks(from: first, limit: whole)
            return ((found?.count ?? whole) * blockSize, found)
        }
        // One of the two is short: the same only where both end there.
        return (
            min(byteCount, blockSize), byteCount == rest ? try signature.blocks(from: first, limit: 1) : nil
        )
    }
}

extension Spool {
    /// Blocks of an image that are proved before a new one shares them.
    private static let provedBlocks = 256

    /// Makes `image` a clone of the newest image of its kind; nil where that cannot be done, or must not.
    ///
    /// - Parameter seed: Chooses the blocks of the old image that are proved first.
    func share(
        _ kind: ImageManifest.Kind, into image: any OpenFile, job: Identifier,
        _ fingerprinter: Fingerprinter, seed: Int
    ) throws(BackupError) -> SharedImage? {
        guard let entry = try newest(kind), entry.imageKind == .tar, let path = entry.imagePath,
            let signature = try? signature(of: entry, job: job),
            let old = try? files.open(path, .read), (try? old.status().length) == signature.layout.length,
            try system({ () throws(SystemError) in try image.clone(old) })
        else { return nil }
        if try isSound(old, signature, fingerprinter, seed) { return SharedImage(signature) }
        try system { () throws(SystemError) in try image.truncate(to: 0) }
        return nil
    }

    /// True when a sample of an image's blocks is what its signature says.
    private func isSound(
        _ image: any OpenFile, _ signature: Signature, _ fingerprinter: Fingerprinter, _ seed: Int
    ) throws(BackupError) -> Bool {
        let count = signature.layout.blockCount
        let step = max(1, count / Self.provedBlocks)
        for block in stride(from: abs(seed) % step, to: count, by: step) {
            guard let range = signature.layout.block(number: block)?.range else { return false }
            let content = try imaging { () throws(ImageError) in try signature.content(ofBlock: block) }
            guard let bytes = try? image.bytes(at: range.lowerBound, count: range.count),
                content.isContent(of: bytes.span, fingerprinter)
            else { return false }
        }
        return true
    }
}
