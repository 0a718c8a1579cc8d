internal import Platform

extension Note {
    /// Something that a verification found damaged, and the points that need it.
    package struct Damage: Equatable, Sendable {
        static let maximumCount = 400
        static let maximumObjectBytes = 512
        static let maximumReasonBytes = 256

        /// The object's path below the store, or what is wrong.
        package let object: String
        package let reason: String
        package var points: GenerationRanges

        package init(object: String, reason: String, points: GenerationRanges) {
            self.object = object.truncated(toUTF8: Self.maximumObjectBytes)
            self.reason = reason.truncated(toUTF8: Self.maximumReasonBytes)
            self.points = points
        }

        static func encode(_ list: [Self]) -> [UInt8] {
            var section = ByteWriter()
            section.varint(min(list.count, maximumCount))
            for damage in list.prefix(maximumCount) {
                section.string(damage.object)
                section.string(damage.reason)
                section.varint(damage.points.ranges.count)
                for range in damage.points.ranges {
                    section.uint64(range.lowerBound)
                    section.uint64(range.upperBound)
                }
            }
            return section.bytes
        }

        static func parse(_ section: inout ByteReader) throws(FormatError) -> [Self] {
            var list: [Self] = []
            for _ in 0..<(try section.varint("damage", limit: maximumCount)) {
                let object = try section.string("damaged object", limit: maximumObjectBytes)
                let reason = try section.string("reason", limit: maximumReasonBytes)
                var ranges: [ClosedRange<UInt64>] = []
                for _ in 0..<(try section.varint("ranges", limit: GenerationRanges.maximumCount)) {
                    let (first, last) = (try section.uint64(), try section.uint64())
                    guard first > 0, first <= last else { throw .badField(field: "range", offset: 0) }
                    ranges.append(first...last)
                }
                guard let points = GenerationRanges(ranges) else {
                    throw .badField(field: "ranges", offset: 0)
                }
                list.append(Self(object: object, reason: reason, points: points))
            }
            try section.finish()
            return list
        }
    }
}
