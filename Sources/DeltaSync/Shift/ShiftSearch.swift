internal import DequeModule
internal import Image
internal import Platform
internal import Restore

/// Finds where the content of an image stood in its base when that is not the expected place.
///
/// Asked for blocks in rising order. Once a shift is known it is followed, fingerprint by fingerprint; where it ends,
/// anchors ahead in the image are looked for in the base: first around the place where the content would be if
/// little had been inserted or removed, then in all of the base that is not at its place any more. Every byte of the
/// image is scanned once, of the base at most a few times, whatever they hold. Content that was changed where it stands is
/// not looked for: its anchors have their bytes at the expected place.
final class ShiftSearch {
    enum Place: Equatable {
        /// Its bytes are those of the base from here on.
        case moved(from: Int)
        /// Other bytes, and most likely a change of these ranges of the base.
        case near([Range<Int>])
        case unknown
    }

    /// How far ahead anchors are looked for before a block is given up.
    private static let aheadBytes = 256 << 10
    /// How far around the expected place the base is searched first.
    private static let nearBytes = 1 << 20
    /// Blocks of the base that may have changed before a shift is taken to have ended.
    private static let patience = 4
    /// Anchors of the base that are held in memory.
    private static let capacity = 1 << 20
    /// The next anchors that tell whether content has moved: not when half of them are at their place.
    private static let witnesses = 4

    /// An anchor of the image.
    private struct Sighting {
        let anchor: GearScanner.Anchor
        /// The base has the bytes that it was chosen by at the expected place.
        let isInPlace: Bool
    }

    private let image: ReadWindow
    private let base: any OpenFile
    private let baseLength: Int
    private let imageLength: Int
    /// Ranges of the base that are not at their place in the image.
    private let displaced: () throws(SyncError) -> [Range<Int>]
    private var follower: ShiftFollower
    private(set) var isFollowing = false
    /// The image was found to have the shift from here on at the latest; differences before are no end of it.
    private var certainFrom = 0
    /// The previous block's shift, if it has just ended.
    private var lastShift: Int?
    /// End of the last one, in the image and in the base.
    private var end = (image: 0, base: 0)

    private var scanner = GearScanner()
    private var scannedTo = 0
    /// Anchors of the image that were not looked up yet.
    private var ahead: Deque<Sighting> = []
    private var near = AnchorIndex(capacity: capacity)
    private var nearRange = 0..<0
    private var displacedAnchors: AnchorIndex?
    /// Ranges of the base that were found in the image, in the order of the image.
    private var known: [Range<Int>] = []

    /// - Parameters:
    ///   - base: Has the bytes that `signature` describes; what is not so costs time only.
    ///   - displaced: Asked for once, when the search has to go far.
    init(
        _ image: ShippedImage, base: any OpenFile, signature: Signature, _ fingerprinter: Fingerprinter,
        displaced: @escaping () throws(SyncError) -> [Range<Int>]
    ) {
        imageLength = image.signature.layout.length
        self.image = ReadWindow(image.file, length: imageLength)
        self.base = base
        baseLength = signature.layout.length
        self.displaced = displaced
        follower = ShiftFollower(signature.reader(), self.image, length: imageLength, fingerprinter)
    }

    /// - Parameters:
    ///   - range: A block of the image that is not at its expected place, and what it holds.
    ///   - run: The unexpected content around it; nil if that is too little for a search.
    ///   - expected: Expected start of the run in the base; nil if unknown.
    func place(
        of range: Range<Int>, _ content: BlockContent, in run: Range<Int>?, expected: Int?
    ) throws(SyncError) -> Place {
        let place = try place(of: range, in: run, expected)
        if case .moved(let from) = place {
            try follower.prove(range, is: content)
            known.appendJoined(from..<from + range.count)
        }
        return place
    }

    private func place(
        of range: Range<Int>, in run: Range<Int>?, _ expected: Int?
    ) throws(SyncError) -> Place {
        if isFollowing, let found = try follow(range) { return found }
        let before = lastShift
        lastShift = nil
        guard let run, let found = try search(from: range.lowerBound, in: run, expected) else {
            return near(range, [before])
        }
        follower.turn(to: found.shift)
        (isFollowing, certainFrom) = (true, found.offset)
        if try follower.holds(range) { return .moved(from: range.lowerBound - found.shift) }
        // At the border of two shifts a block has parts of both.
        return near(range, [before ?? expected.map { run.lowerBound - $0 }, found.shift])
    }

    /// Nil when the shift has ended before `range`.
    private func follow(_ range: Range<Int>) throws(SyncError) -> Place? {
        let shift = follower.shift
        lastShift = shift
        if try follower.holds(range) { return .moved(from: range.lowerBound - shift) }
        if range.lowerBound < certainFrom { return near(range, [shift]) }
        if try follower.holdsAny(near: range.lowerBound - shift, blocks: Self.patience) {
            return near(range, [shift])
        }
        isFollowing = false
        end = (range.lowerBound, range.lowerBound - shift)
        return nil
    }

    private func near(_ range: Range<Int>, _ shifts: [Int?]) -> Place {
        var ranges: [Range<Int>] = []
        for shift in shifts.compactMap({ $0 }) {
            let place = (range.lowerBound - shift..<range.upperBound - shift).clamped(to: 0..<baseLength)
            if !place.isEmpty, !ranges.contains(place) { ranges.append(place) }
        }
        return ranges.isEmpty ? .unknown : .near(ranges)
    }

    // MARK: searching

    /// The first shift that something ahead of `offset` has, and where.
    private func search(
        from offset: Int, in run: Range<Int>, _ expected: Int?
    ) throws(SyncError) -> (shift: Int, offset: Int)? {
        let end = min(offset + Self.aheadBytes, run.upperBound)
        try scan(from: offset, to: end, shift: expected.map { run.lowerBound - $0 })
        while let first = ahead.first, first.anchor.offset < offset { ahead.removeFirst() }
        let next = ahead.prefix(Self.witnesses)
        guard next.count(where: \.isInPlace) * 2 < next.count else { return nil }
        // The next place in the base, however much was inserted since.
        if self.end.image > run.lowerBound {
            fillNear(self.end.base)
        } else if let expected {
            fillNear(expected)
        }
        if let found = try lookUp(in: near) { return found }
        let found = try lookUp(in: try far())
        // Content that is not found now will not be found later.
        if found == nil { ahead.removeAll(keepingCapacity: true) }
        return found
    }

    private func lookUp(in index: AnchorIndex) throws(SyncError) -> (shift: Int, offset: Int)? {
        for sighting in ahead where !sighting.isInPlace {
            let anchor = sighting.anchor
            guard let place = index.place(anchor.hash) else { continue }
            follower.turn(to: anchor.offset - place)
            // The anchor's own block, or one next to it if that has changed as well.
            if try follower.holdsAny(near: max(0, place - GearScanner.windowBytes), blocks: 2) {
                return (anchor.offset - place, anchor.offset)
            }
        }
        return nil
    }

    /// - Parameter shift: Of what is at its expected place; nil when nothing is known of that.
    private func scan(from offset: Int, to end: Int, shift: Int?) throws(SyncError) {
        if scannedTo < offset {
            (scanner, scannedTo) = (GearScanner(), offset)
        }
        var found: [GearScanner.Anchor] = []
        while scannedTo < end {
            let piece = scannedTo..<min(scannedTo + 64 << 10, end)
            let isThere = try onDisk { () throws(SystemError) in
                try image.withBytes(of: piece) {
                    scanner.scan($0, at: piece.lowerBound, into: &found)
                    return true
                }
            }
            guard isThere == true else {
                throw .imageChanged(path: image.path, offset: piece.lowerBound)
            }
            scannedTo = piece.upperBound
        }
        for anchor in found {
            ahead.append(Sighting(anchor: anchor, isInPlace: try isInPlace(anchor, shift)))
        }
    }

    /// True if the anchor's bytes are in the base where they are expected.
    private func isInPlace(_ anchor: GearScanner.Anchor, _ shift: Int?) throws(SyncError) -> Bool {
        guard let shift else { return false }
        let window = anchor.offset - GearScanner.windowBytes..<anchor.offset
        let place = window.lowerBound - shift
        // A block that cannot be read costs a search.
        guard place >= 0, let old = try? base.bytes(at: place, count: window.count) else { return false }
        let isSame = try onDisk { () throws(SystemError) in
            try image.withBytes(of: window) { $0.hasSameBytes(as: old.span) }
        }
        return isSame == true
    }

    private func fillNear(_ center: Int) {
        // Sorts again only when most entries are unsorted.
        guard
            abs(center - (nearRange.lowerBound + nearRange.upperBound) / 2) > Self.nearBytes / 2
                || nearRange.isEmpty
        else { return }
        nearRange = (center - Self.nearBytes..<center + Self.nearBytes).clamped(to: 0..<baseLength)
        near = AnchorIndex(capacity: Self.capacity)
        near.add(nearRange, of: base)
    }

    /// The anchors of all that is not at its place any more, and was not found elsewhere so far.
    private func far() throws(SyncError) -> AnchorIndex {
        if let displacedAnchors { return displacedAnchors }
        var index = AnchorIndex(capacity: Self.capacity)
        let known = known.sorted { $0.lowerBound < $1.lowerBound }
        var next = 0
        for range in try displaced() {
            var start = range.lowerBound
            while next < known.count, known[next].upperBound <= start { next += 1 }
            var number = next
            while number < known.count, known[number].lowerBound < range.upperBound {
                if start < known[number].lowerBound {
                    index.add(start..<known[number].lowerBound, of: base)
                }
                start = max(start, known[number].upperBound)
                number += 1
            }
            if start < range.upperBound { index.add(start..<range.upperBound, of: base) }
        }
        displacedAnchors = index
        return index
    }
}
