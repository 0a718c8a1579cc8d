package import Platform

/// What was forgotten: the record that one act of forgetting leaves (docs/format/tomb.md).
///
/// It comes before the points go, and names all that have gone so far, so that one that is missing can be told from one that
/// was lost.
package struct Tombstone: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package let generation: UInt64
        /// Nil for a point that could not be read.
        package let digest: Digest256?
        package let received: Timestamp
        package let reason: String

        package init(generation: UInt64, digest: Digest256?, received: Timestamp, reason: String) {
            self.generation = generation
            self.digest = digest
            self.received = received
            self.reason = reason
        }
    }
    package static let maximumBytes = 16 << 20
    package static let maximumTextBytes = 1024
    static let maximumRanges = 1 << 20

    /// Counts up from 1 in a job of a store.
    package var number: UInt64
    /// By the store's clock.
    package var made: Timestamp
    /// Host and run.
    package var maker: String
    /// The times of points up to this generation were found right by a person, whatever ``ClockAnomaly`` says; 0 for none.
    package var trusted: UInt64
    /// When that was said, by the store's clock; the epoch where it never was.
    package var trustedAt: Timestamp
    /// Generations of all points that have been forgotten up to here, those of this tomb with them; rising and apart.
    package var gone: [ClosedRange<UInt64>]
    /// The points of this act; none of one that brought points back.
    package var entries: [Entry]

    package init(
        number: UInt64, made: Timestamp, maker: String, trusted: UInt64 = 0,
        trustedAt: Timestamp = Timestamp(seconds: 0), gone: [ClosedRange<UInt64>],
        entries: [Entry] = []
    ) {
        self.trusted = trusted
        self.trustedAt = trustedAt
        self.number = number
        self.made = made
        self.maker = maker
        self.gone = gone
        self.entries = entries
    }

    package func covers(_ generation: UInt64) -> Bool {
        let index = gone.partitioningIndex { $0.upperBound >= generation }
        return index < gone.count && gone[index].contains(generation)
    }

    /// Ranges with some numbers more, and others taken out of them.
    package static func adding(
        _ numbers: Set<UInt64>, to ranges: [ClosedRange<UInt64>], without others: [UInt64]
    ) -> [ClosedRange<UInt64>] {
        var joined: [ClosedRange<UInt64>] = []
        for range in (ranges + numbers.map { $0...$0 }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound.saturatingAdd(1) {
                joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        for number in others {
            guard let index = joined.firstIndex(where: { $0.contains(number) }) else { continue }
            let range = joined.remove(at: index)
            if number < range.upperBound { joined.insert(number + 1...range.upperBound, at: index) }
            if number > range.lowerBound { joined.insert(range.lowerBound...number - 1, at: index) }
        }
        return joined
    }
}
