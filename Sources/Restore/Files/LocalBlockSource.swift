internal import Image
internal import Platform

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
