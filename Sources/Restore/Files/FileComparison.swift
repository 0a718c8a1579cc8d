internal import Image
internal import Platform

/// Reads a file once and finds the blocks that are not what an image has in their place.
struct FileComparison {
    private static let pieceBytes = 256 << 10
    private let prints: ImageFingerprints
    private let isUncached: Bool

    /// - Parameter isUncached: Reads what the disk has: after a sync that failed, memory may hold what the disk has not.
    init(_ prints: ImageFingerprints, isUncached: Bool) {
        self.prints = prints
        self.isUncached = isUncached
    }

    /// The parts of an image that a file does not have.
    struct Result {
        /// Ranges of the image, rising and apart.
        var different: [Range<Int>] = []
        /// The file's fingerprints where the map has none, in order.
        var found: [Fingerprint] = []

        /// Adds the result for a later file.
        mutating func append(_ next: Self) {
            different += next.different
            found += next.found
        }
    }

    /// - Parameters:
    ///   - part: Whole extents of the image; the file begins with the first.
    ///   - file: Nil for one that is not there. What it is too short for counts as zeros.
    ///   - donor: Asked for blocks that the file does not have.
    func run(
        _ part: Range<Int>, _ file: (any OpenFile)?, from donor: LocalBlockSource? = nil,
        _ progress: (_ doneBytes: Int) throws(SyncError) -> Void
    ) throws(SyncError) -> Result {
        var lookup = FingerprintLookup(prints.runs)
        var result = Result()
        var buffer: [UInt8] = []
        for extent in prints.layout.extents
        where extent.offset >= part.lowerBound && extent.end <= part.upperBound {
            let blocksPerPiece = max(1, Self.pieceBytes / extent.blockSize)
            var first = 0
            while first < extent.blockCount {
                let holes = holes(extent, first, &lookup, part.lowerBound, file)
                if holes > 0 {
                    first += holes
                    try progress(extent.range(ofBlock: first - 1).upperBound - part.lowerBound)
                    continue
                }
                let last = min(first + blocksPerPiece, extent.blockCount) - 1
                let piece = extent.range(ofBlock: first).lowerBound..<extent.range(ofBlock: last).upperBound
                let isRead = read(piece, from: part.lowerBound, file, &buffer)
                for index in first...last {
                    let block = extent.range(ofBlock: index)
                    let bytes = buffer.span.extracting(
                        block.lowerBound - piece.lowerBound..<block.upperBound - piece.lowerBound)
                    if let expected = try lookup.content(of: block) {
                        if isRead, expected.isContent(of: bytes, prints.fingerprinter) { continue }
                        if try donor?.give(block, expected) == nil { result.different.appendJoined(block) }
                    } else {
                        // Whatever a donor has there, all fingerprints together tell whether it is right.
                        let given = file == nil ? try donor?.give(block, nil) : nil
                        result.found.append(given ?? prints.fingerprinter.fingerprint(bytes))
                    }
                }
                first = last + 1
                try progress(piece.upperBound - part.lowerBound)
            }
        }
        return result
    }

    /// How many blocks of an extent, from number `first` on, are zero by the map and a hole in the file.
    private func holes(
        _ extent: Extent, _ first: Int, _ lookup: inout FingerprintLookup, _ start: Int,
        _ file: (any OpenFile)?
    ) -> Int {
        let zero = lookup.zeroBlocks(of: extent, from: first)
        guard zero > 0, let file else { return zero }
        let offset = extent.offset + first * extent.blockSize - start
        guard !isUncached, let data = try? file.data(from: offset).map(\.lowerBound) ?? Int.max else {
            return 0
        }
        return min(zero, max(0, data - offset) / extent.blockSize)
    }

    /// Fills the buffer; false for what the disk cannot read, which is to be written again.
    private func read(_ piece: Range<Int>, from start: Int, _ file: (any OpenFile)?, _ buffer: inout [UInt8])
        -> Bool
    {
        if buffer.count != piece.count { buffer = [UInt8](repeating: 0, count: piece.count) }
        var target = buffer.mutableSpan
        let offset = piece.lowerBound - start
        let got: Int? =
            if let file, isUncached {
                try? file.readUncached(into: &target, at: offset)
            } else if let file { try? file.read(into: &target, at: offset) } else { 0 }
        for index in (got ?? 0)..<piece.count { target[index] = 0 }
        return got != nil
    }
}

/// An older file from which a new one takes the blocks that are what they shall be.
struct LocalBlockSource {
    let old: any OpenFile
    let new: any OpenFile
    /// Of the files in the image.
    let start: Int
    let fingerprinter: Fingerprinter

    /// Writes a block of the image into the new file.
    ///
    /// - Parameter expected: What it must hold; nil for whatever the old file has.
    /// - Returns: Its fingerprint; nil when the old file does not have it, or cannot be read.
    func give(_ block: Range<Int>, _ expected: BlockContent?) throws(SyncError) -> Fingerprint? {
        let place = block.lowerBound - start
        guard let bytes = try? old.bytes(at: place, count: block.count) else { return nil }
        if let expected, !expected.isContent(of: bytes.span, fingerprinter) { return nil }
        try onDisk { () throws(SystemError) in try new.write(bytes.span, at: place) }
        return fingerprinter.fingerprint(bytes.span)
    }
}
