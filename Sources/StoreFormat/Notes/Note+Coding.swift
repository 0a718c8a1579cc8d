package import Platform

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
