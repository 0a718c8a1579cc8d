internal import Image
internal import Platform
internal import Restore

/// Compares blocks that look unchanged with the base's bytes, which their fingerprints alone have vouched for.
///
/// Fingerprints stop whoever cannot read the job's secret from making two blocks look alike, not who can
/// (docs/operations/install.md, `full-compare`).
package struct FullComparison {
    /// The findings of a comparison; offsets are those of the image that is shipped.
    package struct Result: Equatable, Sendable {
        package fileprivate(set) var comparedBytes = 0
        /// Blocks that differ from the base's although both have the same fingerprint.
        package fileprivate(set) var collisions: [Int] = []
        /// Blocks that the base no longer has as its signature says: its disk has damaged them.
        package fileprivate(set) var damagedBase: [Int] = []

        package var isClean: Bool { collisions.isEmpty && damagedBase.isEmpty }
    }

    private static let pieceBytes = 256 << 10
    /// Findings that are kept of each kind.
    private static let listed = 1000

    private let image: ShippedImage
    private let base: any OpenFile
    private let fingerprinter: Fingerprinter
    private var buffer = [UInt8](repeating: 0, count: Extent.largestBlockSize)
    private var old = [UInt8](repeating: 0, count: Extent.largestBlockSize)
    private(set) var result = Result()

    init(_ image: ShippedImage, base: any OpenFile, _ fingerprinter: Fingerprinter) {
        self.image = ShippedImage(file: image.file, signature: image.signature.reader())
        self.base = base
        self.fingerprinter = fingerprinter
    }

    /// The blocks of a range, which must be whole blocks of the image, that are not what the base has from `from` on.
    ///
    /// - Throws: `imageChanged` when the image is not what its signature says: then the base is not to blame.
    mutating func differing(_ range: Range<Int>, from: Int) throws(SyncError) -> [ImageLayout.Block] {
        var found: [ImageLayout.Block] = []
        let layout = image.signature.layout
        var offset = range.lowerBound
        while offset < range.upperBound, let first = layout.block(at: offset) {
            // Whole blocks, as many as a piece has room for, and zeros not at all: they were looked at.
            let limit = max(1, Self.pieceBytes / max(1, first.range.count))
            let blocks = try imaging { () throws(ImageError) in
                try image.signature.blocks(from: first.number, limit: limit)
            }
            guard let blocks, let last = layout.block(number: first.number + blocks.count - 1) else { break }
            let end = min(last.range.upperBound, range.upperBound, offset + buffer.count)
            if blocks.fingerprints != nil {
                try compare(offset..<end, at: from + offset - range.lowerBound, first.number, &found)
                result.comparedBytes += end - offset
            }
            offset = end
        }
        return found
    }

    private mutating func compare(
        _ range: Range<Int>, at place: Int, _ number: Int, _ found: inout [ImageLayout.Block]
    ) throws(SyncError) {
        let layout = image.signature.layout
        let got = try onDisk { () throws(SystemError) in
            try image.file.read(range.count, into: &buffer, at: range.lowerBound)
        }
        guard got == range.count else {
            throw .imageChanged(path: image.file.path, offset: range.lowerBound + got)
        }
        let gotOld = (try? base.read(range.count, into: &old, at: place)) ?? 0
        var number = number
        while let block = layout.block(number: number), block.range.upperBound <= range.upperBound {
            number += 1
            let part = block.range.lowerBound - range.lowerBound..<block.range.upperBound - range.lowerBound
            let content = try imaging { () throws(ImageError) in
                try image.signature.content(ofBlock: block.number)
            }
            guard content.isContent(of: buffer.span.extracting(part), fingerprinter) else {
                throw .imageChanged(path: image.file.path, offset: block.range.lowerBound)
            }
            if part.upperBound <= gotOld,
                buffer.span.extracting(part).hasSameBytes(as: old.span.extracting(part))
            {
                continue
            }
            found.append(block)
            let isBaseGood =
                part.upperBound <= gotOld && content.isContent(of: old.span.extracting(part), fingerprinter)
            if isBaseGood {
                if result.collisions.count < Self.listed { result.collisions.append(block.range.lowerBound) }
            } else if result.damagedBase.count < Self.listed {
                result.damagedBase.append(block.range.lowerBound)
            }
        }
    }
}
