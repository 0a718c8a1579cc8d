internal import Image
package import Platform

extension Point {
    package func encoded(job: Identifier, store: Identifier) -> [UInt8] {
        var open = ByteWriter()
        open.uint64(generation)
        open.uint64(parent?.generation ?? 0)
        open.append(parent?.digest.bytes ?? [UInt8](repeating: 0, count: Digest256.byteCount))
        open.uint8(kind.rawValue)
        open.uint8(health.rawValue)
        open.uint16(0)
        open.uint64(UInt64(bitPattern: sourceTime.nanoseconds))
        open.uint64(layout.length)
        open.append(imageDigest)
        for count in [
            counts.blocks, counts.changedBlocks, counts.shippedBytes, counts.pages, counts.blankPages,
            counts.badPages,
        ] { open.varint(count) }
        open.string(toolVersion)
        open.varint(segments.count)
        for segment in segments {
            open.append(segment.name)
            open.varint(segment.length)
        }
        var hidden = ByteWriter()
        layout.encode(into: &hidden)
        hidden.varint(sourceFacts.count)
        hidden.append(sourceFacts)
        var object = ObjectBuilder(ObjectHeader(.point, job: job, store: store))
        object.section("PUBL", .mandatory, open.bytes)
        if let full {
            var reference = ByteWriter()
            reference.uint64(full.generation)
            reference.append(full.digest)
            object.section("FULL", .mandatory, reference.bytes)
        }
        if let difference { object.section("DIFF", [], difference.encoded) }
        if let hold { object.section("HELD", [], hold.encoded) }
        object.section("PRIV", [.mandatory, .isPrivate], hidden.bytes)
        return object.finish()
    }

    package init(parsing bytes: [UInt8], job: Identifier, store: Identifier) throws(FormatError) {
        let object = try ParsedObject(
            parsing: bytes, expecting: .point, known: ["PUBL", "FULL", "DIFF", "HELD", "PRIV"])
        guard object.header.job == job else { throw .badField(field: "job id", offset: 16) }
        guard object.header.store == store else { throw .badField(field: "store id", offset: 32) }
        var open = try object.section("PUBL")
        generation = try open.uint64()
        let parentGeneration = try open.uint64()
        let parentDigest = try open.digest()
        parent = parentGeneration == 0 ? nil : Reference(generation: parentGeneration, digest: parentDigest)
        guard parent != nil || parentDigest.bytes.allSatisfy({ $0 == 0 }) else {
            throw .badField(field: "parent digest", offset: 16)
        }
        guard generation > parentGeneration else { throw .badField(field: "generation", offset: 0) }
        guard let kind = Kind(rawValue: try open.uint8()), let health = Health(rawValue: try open.uint8()),
            try open.uint16() == 0
        else { throw .badField(field: "kind or health", offset: 48) }
        self.kind = kind
        self.health = health
        sourceTime = Timestamp(nanoseconds: Int64(bitPattern: try open.uint64()))
        guard Timestamp.plausible.contains(sourceTime) else {
            throw .badField(field: "source time", offset: 52)
        }
        let length = try open.length("image length", limit: ImageLayout.maximumLength)
        imageDigest = try open.digest()
        counts = Counts()
        counts.blocks = try open.varint("blocks")
        counts.changedBlocks = try open.varint("changed blocks")
        counts.shippedBytes = try open.varint("shipped bytes")
        counts.pages = try open.varint("pages")
        counts.blankPages = try open.varint("blank pages")
        counts.badPages = try open.varint("bad pages")
        toolVersion = try open.string("tool version", limit: 256)
        segments = []
        for _ in 0..<(try open.varint("segments", limit: Point.maximumSegments)) {
            let name = try open.digest()
            segments.append(
                Segment(
                    name: name, length: try open.varint("segment length", limit: Point.Segment.maximumBytes))
            )
        }
        try open.finish()
        full = try Self.full(object, kind: kind, before: generation)
        if var section = object.optionalSection("DIFF") {
            difference = try Difference(parsing: &section, imageLength: length)
        }
        if var section = object.optionalSection("HELD") {
            guard health != .good else { throw .badField(field: "held", offset: 49) }
            hold = try Hold(parsing: &section, of: generation)
        }
        var hidden = try object.section("PRIV")
        layout = try ImageLayout(parsing: &hidden)
        guard layout.length == length else { throw .badField(field: "image length", offset: 56) }
        sourceFacts = try hidden.take(array: try hidden.varint("source facts", limit: Self.maximumFactBytes))
        try hidden.finish()
        try counts.check(against: layout)
    }

    /// A log point names an older point; a full names none.
    private static func full(
        _ object: ParsedObject, kind: Kind, before generation: UInt64
    ) throws(FormatError) -> Reference? {
        guard kind == .logs else {
            guard object.optionalSection("FULL") == nil else { throw .badField(field: "full", offset: 0) }
            return nil
        }
        var section = try object.section("FULL")
        let full = Reference(generation: try section.uint64(), digest: try section.digest())
        try section.finish()
        guard (1..<generation).contains(full.generation) else { throw .badField(field: "full", offset: 0) }
        return full
    }
}

extension Point.Counts {
    /// No push counts more than its image has; bytes that were stored have the limit of an image's length.
    fileprivate func check(against layout: ImageLayout) throws(FormatError) {
        let limits = [
            ("blocks", blocks, layout.blockCount), ("changed blocks", changedBlocks, blocks),
            ("shipped bytes", shippedBytes, ImageLayout.maximumLength), ("pages", pages, layout.length),
            ("blank pages", blankPages, pages), ("bad pages", badPages, pages),
        ]
        for (field, count, limit) in limits where count > limit {
            throw .overLimit(field: field, value: UInt64(count), limit: UInt64(limit))
        }
    }
}
