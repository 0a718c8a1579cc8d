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

extension Tombstone {
    package func encoded(job: Identifier, store: Identifier) -> [UInt8] {
        var open = ByteWriter()
        open.uint64(number)
        open.uint64(UInt64(bitPattern: made.nanoseconds))
        open.string(maker.truncated(toUTF8: Self.maximumTextBytes))
        open.uint64(trusted)
        open.uint64(UInt64(bitPattern: trustedAt.nanoseconds))
        open.varint(gone.count)
        var floor: UInt64 = 0
        for range in gone {
            open.varint(Int(clamping: range.lowerBound - floor))
            open.varint(Int(clamping: range.upperBound - range.lowerBound))
            floor = range.upperBound
        }
        open.varint(entries.count)
        for entry in entries {
            open.uint64(entry.generation)
            open.optional(entry.digest)
            open.uint64(UInt64(bitPattern: entry.received.nanoseconds))
            open.string(entry.reason.truncated(toUTF8: Self.maximumTextBytes))
        }
        var object = ObjectBuilder(ObjectHeader(.tomb, job: job, store: store))
        object.section("PUBL", .mandatory, open.bytes)
        return object.finish()
    }

    package init(parsing bytes: [UInt8], job: Identifier, store: Identifier) throws(FormatError) {
        let object = try ParsedObject(parsing: bytes, expecting: .tomb, known: ["PUBL"])
        guard object.header.job == job else { throw .badField(field: "job id", offset: 16) }
        guard object.header.store == store else { throw .badField(field: "store id", offset: 32) }
        var open = try object.section("PUBL")
        number = try open.uint64()
        made = Timestamp(nanoseconds: Int64(bitPattern: try open.uint64()))
        maker = try open.string("maker", limit: Self.maximumTextBytes)
        trusted = try open.uint64()
        trustedAt = Timestamp(nanoseconds: Int64(bitPattern: try open.uint64()))
        gone = try Self.ranges(&open)
        entries = []
        for _ in 0..<(try open.varint("entries", limit: open.remaining)) {
            let generation = try open.uint64()
            let digest = try open.optionalDigest()
            entries.append(
                Entry(
                    generation: generation, digest: digest,
                    received: Timestamp(nanoseconds: Int64(bitPattern: try open.uint64())),
                    reason: try open.string("reason", limit: Self.maximumTextBytes)))
        }
        try open.finish()
    }

    private static func ranges(_ reader: inout ByteReader) throws(FormatError) -> [ClosedRange<UInt64>] {
        var ranges: [ClosedRange<UInt64>] = []
        var floor: UInt64 = 0
        for _ in 0..<(try reader.varint("ranges", limit: min(maximumRanges, reader.remaining / 2))) {
            let start = reader.offset
            let distance = UInt64(try reader.varint("range"))
            let (lower, isBeyond) = floor.addingReportingOverflow(distance)
            let (upper, isTooLong) = lower.addingReportingOverflow(UInt64(try reader.varint("range length")))
            // From the second on they are apart, and none begins at zero.
            guard !isBeyond, !isTooLong, distance > (ranges.isEmpty ? 0 : 1) else {
                throw .badField(field: "range", offset: start)
            }
            ranges.append(lower...upper)
            floor = upper
        }
        return ranges
    }
}
