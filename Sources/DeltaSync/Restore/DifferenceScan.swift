internal import Image
internal import OffsiteStore
internal import Platform

/// Reads a file once and finds the blocks that are not what an image has in their place.
struct DifferenceScan {
    private static let pieceBytes = 256 << 10
    private let layout: ImageLayout
    private let runs: [FingerprintRun]
    private let fingerprinter: Fingerprinter

    init(_ layout: ImageLayout, _ runs: [FingerprintRun], _ fingerprinter: Fingerprinter) {
        self.layout = layout
        self.runs = runs
        self.fingerprinter = fingerprinter
    }

    /// - Parameter part: Whole extents of the image; the file begins with the first.
    /// - Returns: Ranges of the image, rising and apart. What the file is too short for counts as zeros,
    ///   and so does all of one that is not there.
    func run(
        _ part: Range<Int>, _ file: (any OpenFile)?, _ progress: (_ doneBytes: Int) -> Void
    ) throws(SyncError) -> [Range<Int>] {
        var lookup = FingerprintLookup(runs)
        var different: [Range<Int>] = []
        var buffer: [UInt8] = []
        for extent in layout.extents where extent.offset >= part.lowerBound && extent.end <= part.upperBound {
            let blocksPerPiece = max(1, Self.pieceBytes / extent.blockSize)
            for first in stride(from: 0, to: extent.blockCount, by: blocksPerPiece) {
                let last = min(first + blocksPerPiece, extent.blockCount) - 1
                let piece = extent.range(ofBlock: first).lowerBound..<extent.range(ofBlock: last).upperBound
                let isRead = read(piece, from: part.lowerBound, file, &buffer)
                for index in first...last {
                    let block = extent.range(ofBlock: index)
                    let place = block.lowerBound - piece.lowerBound..<block.upperBound - piece.lowerBound
                    let isSame =
                        isRead
                        && lookup.content(of: block)?.isContent(
                            of: buffer.span.extracting(place), fingerprinter) == true
                    if isSame { continue }
                    if let open = different.last, open.upperBound == block.lowerBound {
                        different[different.count - 1] = open.lowerBound..<block.upperBound
                    } else {
                        different.append(block)
                    }
                }
                progress(piece.upperBound - part.lowerBound)
            }
        }
        return different
    }

    /// Fills the buffer; false for what the disk cannot read, which is to be written again.
    private func read(_ piece: Range<Int>, from start: Int, _ file: (any OpenFile)?, _ buffer: inout [UInt8])
        -> Bool
    {
        if buffer.count != piece.count { buffer = [UInt8](repeating: 0, count: piece.count) }
        var target = buffer.mutableSpan
        guard let got = try? file?.read(into: &target, at: piece.lowerBound - start) ?? 0 else {
            return false
        }
        for index in got..<piece.count { target[index] = 0 }
        return true
    }
}
