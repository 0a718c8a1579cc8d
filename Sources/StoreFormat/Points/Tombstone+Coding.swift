package import Platform

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
