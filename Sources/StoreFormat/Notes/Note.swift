package import Platform

/// A fact learned after a commit (docs/format/note.md).
///
/// Immutable, like all objects: what it says is undone by another note.
package struct Note: Equatable, Sendable {
    package enum Outcome: UInt8, Sendable {
        /// A note that judges nothing.
        case none = 0
        case good = 1
        case bad = 2
    }
    /// Of the object, with its receipt more than that.
    package static let maximumBytes = 1 << 20
    package static let maximumFactBytes = 512 << 10
    package static let maximumTextBytes = 1024

    package let id: NoteID
    /// The point it is about; nil for the whole job.
    package var point: Point.Reference?
    package var outcome = Outcome.none
    /// Which objects were read; nil for none.
    package var arc: DigestRange?
    /// By the clock of the host that made it; the receipt has the store's.
    package var made: Timestamp
    /// Who says so: host and run.
    package var maker: String
    /// For people: why a point is pinned, what a verification found.
    package var comment: String
    /// What a verification found damaged; none in notes of other kinds.
    package var damage: [Damage] = []
    /// Details, JSON as its maker wrote it; the store does not look into them.
    package var facts: [UInt8] = []

    package init(
        _ id: NoteID, point: Point.Reference? = nil, made: Timestamp, maker: String, comment: String = ""
    ) {
        self.id = id
        self.point = point
        self.made = made
        self.maker = maker
        self.comment = comment
    }
}

extension Note {
    package func encoded(job: Identifier, store: Identifier) -> [UInt8] {
        var open = ByteWriter()
        open.uint64(id.rawValue)
        open.uint8(outcome.rawValue)
        open.uint8(arc == nil ? 0 : 1)
        open.uint16(0)
        open.uint64(point?.generation ?? 0)
        open.append(point?.digest.bytes ?? [UInt8](repeating: 0, count: Digest256.byteCount))
        open.uint64(arc?.start ?? 0)
        open.uint64(arc?.length ?? 0)
        open.uint64(UInt64(bitPattern: made.nanoseconds))
        open.string(maker.truncated(toUTF8: Self.maximumTextBytes))
        open.string(comment.truncated(toUTF8: Self.maximumTextBytes))
        var object = ObjectBuilder(ObjectHeader(.note, job: job, store: store))
        object.section("PUBL", .mandatory, open.bytes)
        if !damage.isEmpty { object.section("DAMG", [], Damage.encode(damage)) }
        object.section("PRIV", [.mandatory, .isPrivate], Array(facts.prefix(Self.maximumFactBytes)))
        return object.finish()
    }

    package init(parsing bytes: [UInt8], job: Identifier, store: Identifier) throws(FormatError) {
        let object = try ParsedObject(parsing: bytes, expecting: .note, known: ["PUBL", "DAMG", "PRIV"])
        guard object.header.job == job else { throw .badField(field: "job id", offset: 16) }
        guard object.header.store == store else { throw .badField(field: "store id", offset: 32) }
        var open = try object.section("PUBL")
        guard let id = NoteID(rawValue: try open.uint64()) else {
            throw .badField(field: "note id", offset: 0)
        }
        guard let outcome = Outcome(rawValue: try open.uint8()), let hasArc = Self.flag(try open.uint8()),
            try open.uint16() == 0
        else { throw .badField(field: "outcome", offset: 8) }
        let generation = try open.uint64()
        let digest = try open.digest()
        let arc = DigestRange(start: try open.uint64(), length: try open.uint64())
        guard generation > 0 || digest.bytes.allSatisfy({ $0 == 0 }) else {
            throw .badField(field: "point", offset: 12)
        }
        guard hasArc ? arc.length > 0 : arc == DigestRange(start: 0, length: 0) else {
            throw .badField(field: "arc", offset: 52)
        }
        self.init(
            id, point: generation == 0 ? nil : .init(generation: generation, digest: digest),
            made: Timestamp(nanoseconds: Int64(bitPattern: try open.uint64())),
            maker: try open.string("maker", limit: Self.maximumTextBytes),
            comment: try open.string("comment", limit: Self.maximumTextBytes))
        try open.finish()
        self.outcome = outcome
        self.arc = hasArc ? arc : nil
        if var section = object.optionalSection("DAMG") { damage = try Damage.parse(&section) }
        var hidden = try object.section("PRIV")
        guard hidden.remaining <= Self.maximumFactBytes else {
            throw .overLimit(
                field: "facts", value: UInt64(hidden.remaining), limit: UInt64(Self.maximumFactBytes))
        }
        facts = try hidden.take(array: hidden.remaining)
    }

    private static func flag(_ byte: UInt8) -> Bool? { byte > 1 ? nil : byte == 1 }
}

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
