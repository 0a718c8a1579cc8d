internal import Image
internal import Platform
internal import Restore

/// Finds the blocks of a base that are in the new image, moved by one number of bytes.
///
/// The new image is fingerprinted on the base's grid, so no byte of the base is read, and what is found equal is so
/// by the fingerprints that the store has.
struct ShiftFollower {
    private static let rememberedBlocks = 256
    private let base: Signature
    private let image: ReadWindow
    private let imageLength: Int
    private let fingerprinter: Fingerprinter
    /// Offset of a byte in the image, less its offset in the base.
    private(set) var shift = 0
    /// Which blocks of the base are there, as far as they were looked at under this shift.
    private var verdicts: [Int: Bool] = [:]

    init(_ base: Signature, _ image: ReadWindow, length: Int, _ fingerprinter: Fingerprinter) {
        self.base = base
        self.image = image
        imageLength = length
        self.fingerprinter = fingerprinter
    }

    mutating func turn(to shift: Int) {
        guard shift != self.shift else { return }
        self.shift = shift
        verdicts.removeAll(keepingCapacity: true)
    }

    /// The range of the base for `range` of the image; nil if part of it is outside the base.
    func place(of range: Range<Int>) -> Range<Int>? {
        guard range.lowerBound >= shift, range.upperBound - shift <= base.layout.length else { return nil }
        return range.lowerBound - shift..<range.upperBound - shift
    }

    /// Makes sure that a block is still the one that was fingerprinted: what is found moved is not read again.
    func prove(_ range: Range<Int>, is content: BlockContent) throws(SyncError) {
        let isSame = try onDisk { () throws(SystemError) in
            try image.withBytes(of: range) { content.isContent(of: $0, fingerprinter) }
        }
        guard isSame == true else { throw .imageChanged(path: image.path, offset: range.lowerBound) }
    }

    /// True when all of `range` of the image is what it was in the base.
    mutating func holds(_ range: Range<Int>) throws(SyncError) -> Bool {
        guard let place = place(of: range) else { return false }
        var offset = place.lowerBound
        while offset < place.upperBound {
            guard let block = base.layout.block(at: offset), try holds(block) else { return false }
            offset = block.range.upperBound
        }
        return true
    }

    /// True when the base's block at one of these places is there, or the one after it.
    mutating func holdsAny(near place: Int, blocks: Int) throws(SyncError) -> Bool {
        var offset = place
        for _ in 0..<blocks {
            guard let block = base.layout.block(at: offset) else { return false }
            if try holds(block) { return true }
            offset = block.range.upperBound
        }
        return false
    }

    private mutating func holds(_ block: ImageLayout.Block) throws(SyncError) -> Bool {
        if let known = verdicts[block.number] { return known }
        if verdicts.count >= Self.rememberedBlocks { verdicts.removeAll(keepingCapacity: true) }
        let range = block.range.lowerBound + shift..<block.range.upperBound + shift
        guard range.lowerBound >= 0, range.upperBound <= imageLength else { return false }
        let content = try imaging { () throws(ImageError) in try base.content(ofBlock: block.number) }
        let found = try onDisk { () throws(SystemError) in
            try image.withBytes(of: range) { content.isContent(of: $0, fingerprinter) }
        }
        guard let found else { throw .imageChanged(path: image.path, offset: range.lowerBound) }
        verdicts[block.number] = found
        return found
    }
}
