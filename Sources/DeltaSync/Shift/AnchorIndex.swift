internal import Platform

/// Places of the anchors of parts of a file, by their hashes.
///
/// Of anchors with one hash the first is kept. When there are too many, those with the higher hashes go, so that
/// what is left is still chosen by content.
struct AnchorIndex {
    private static let pieceBytes = 256 << 10
    private let capacity: Int
    private var limit = GearScanner.limit
    private var places: [UInt64: Int] = [:]

    init(capacity: Int) { self.capacity = capacity }

    /// The place of an anchor with this hash.
    func place(_ hash: UInt64) -> Int? { places[hash] }

    /// Adds the anchors of a range; what cannot be read has none.
    mutating func add(_ range: Range<Int>, of file: any OpenFile) {
        var scanner = GearScanner()
        var buffer = [UInt8](repeating: 0, count: min(Self.pieceBytes, max(1, range.count)))
        var found: [GearScanner.Anchor] = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            let wanted = min(buffer.count, range.upperBound - offset)
            guard let count = try? file.read(wanted, into: &buffer, at: offset), count > 0 else { return }
            scanner.scan(buffer.span.extracting(0..<count), at: offset, into: &found)
            for anchor in found { add(anchor) }
            found.removeAll(keepingCapacity: true)
            offset += count
        }
    }

    private mutating func add(_ anchor: GearScanner.Anchor) {
        guard anchor.hash < limit, places[anchor.hash] == nil else { return }
        places[anchor.hash] = anchor.offset
        while places.count > capacity {
            limit /= 2
            places = places.filter { $0.key < limit }
        }
    }
}
