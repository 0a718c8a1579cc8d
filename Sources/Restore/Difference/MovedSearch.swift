internal import Image
internal import Platform
internal import StoreFormat

/// Finds out which parts of records an image has somewhere, going through its map once.
struct MovedSearch {
    /// A part of what a record decodes to.
    struct Wanted {
        let address: RecordAddress
        let range: Range<Int>

        init(_ address: RecordAddress, _ range: Range<Int>) {
            self.address = address
            self.range = range
        }
    }

    private let wanted: [Wanted]
    /// Of each record the numbers of its wanted parts, by where they begin.
    private let numbers: [RecordAddress: [Int]]
    private let longest: Int

    init(_ wanted: [Wanted]) {
        self.wanted = wanted
        numbers = Dictionary(grouping: wanted.indices) { wanted[$0].address }
            .mapValues { $0.sorted { wanted[$0].range.lowerBound < wanted[$1].range.lowerBound } }
        longest = wanted.map(\.range.count).max() ?? 0
    }

    /// - Returns: Of each wanted part whether the image has all of it.
    func run(in image: ImageReader) throws(SyncError) -> [Bool] {
        var found = [Range<Int>?](repeating: nil, count: wanted.count)
        var pieces = MapWalker(image.map, [0..<image.point.layout.length], image.point)
        while let some = try pieces.next() {
            for piece in some {
                guard case .record(let frame, let record, let offset, _) = piece.source,
                    let candidates = numbers[RecordAddress(frame, record)]
                else { continue }
                let range = offset..<offset + piece.length
                let first = candidates.partitioningIndex {
                    wanted[$0].range.lowerBound + longest > range.lowerBound
                }
                for number in candidates[first...] {
                    guard wanted[number].range.lowerBound < range.upperBound else { break }
                    note(wanted[number].range.clamped(to: range), &found[number])
                }
            }
        }
        return zip(wanted, found).map { $0.range == $1 }
    }

    /// Notes that a part of a wanted range is there; the map may cut it where it was read in two.
    private func note(_ range: Range<Int>, _ found: inout Range<Int>?) {
        guard !range.isEmpty else { return }
        guard let known = found else { return found = range }
        if range.lowerBound <= known.upperBound, known.lowerBound <= range.upperBound {
            found =
                min(known.lowerBound, range.lowerBound)..<max(known.upperBound, range.upperBound)
        } else if range.count > known.count {
            found = range
        }
    }
}
