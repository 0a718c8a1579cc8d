internal import BackupStream
internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// What is told of a point.
struct PointFacts {
    private let stored: StoredPoint
    private let health: PointHealth
    /// Nil where it is not pinned.
    private let pin: StoredNote?
    private var point: Point { stored.point }

    init(_ stored: StoredPoint, _ health: PointHealth, pin: StoredNote?) {
        self.stored = stored
        self.health = health
        self.pin = pin
    }

    /// As in the table of `list`: what is to be said of its health, and why it is pinned.
    var remark: String {
        [health.explanation, pin.map { "pinned: " + PointHealth.words($0.note.comment, by: $0) }]
            .compactMap(\.self).joined(separator: "; ")
    }

    var healthWord: String { health.word }

    /// An element of `list`.
    var listed: JSONValue { .fields(listedFields) }

    private var listedFields: KeyValuePairs<String, JSONValue> {
        [
            "id": .string(point.id), "generation": .integer(Int(clamping: point.generation)),
            "kind": .string("\(point.kind)"), "source_time": .time(point.sourceTime),
            "received_time": .time(stored.receipt.received), "image_bytes": .integer(point.layout.length),
            "shipped_bytes": .integer(point.counts.shippedBytes),
            "image_digest": .string("\(point.imageDigest)"),
            "health": .string(health.word), "health_reason": .optional(health.explanation),
            "committed_health": .string("\(point.health)"), "pinned": .bool(pin != nil),
            "pin_reason": .optional(pin.map { PointHealth.words($0.note.comment, by: $0) }),
            "held_because": .array((point.hold?.sentences(point.kind) ?? []).map { .string($0) }),
            "full_generation": point.full.map { .integer(Int(clamping: $0.generation)) } ?? .null,
            "maker": .optional(stored.receipt.maker?.description),
        ]
    }

    /// All that is known.
    var all: [JSONValue.Field] {
        let more: KeyValuePairs<String, JSONValue> = [
            "digest": .string("\(stored.digest)"),
            "parent": point.parent.map {
                .fields([
                    "generation": .integer(Int(clamping: $0.generation)), "digest": .string("\($0.digest)"),
                ])
            } ?? .null,
            "tool_version": .string(point.toolVersion), "blocks_total": .integer(point.counts.blocks),
            "blocks_changed": .integer(point.counts.changedBlocks), "pages": .integer(point.counts.pages),
            "pages_in_use": .integer(PageUse(point).inUse),
            "pages_blank": .integer(point.counts.blankPages), "pages_bad": .integer(point.counts.badPages),
            "map_segments": .array(point.segments.map { .string("\($0.name)") }),
            "extents": .array(
                point.layout.extents.filter { $0.key.kind == .data }.map { extent in
                    .fields([
                        "name": .string(extent.key.name), "offset": .integer(extent.offset),
                        "length": .integer(extent.length), "block_size": .integer(extent.blockSize),
                    ])
                }),
            "source": sourceFacts,
        ]
        return JSONValue.list(listedFields) + JSONValue.list(more)
    }

    private var summary: ManifestSummary? { try? ManifestSummary(parsing: point.sourceFacts) }

    private var sourceFacts: JSONValue {
        guard let summary else { return .null }
        return .fields([
            "kind": .string(summary.source.kind), "label": .string(summary.source.label),
            "host_name": .string(summary.source.hostName),
            "databases": .array(
                summary.databases.map { database in
                    .fields([
                        "name": .string(database.name), "state": .string(database.state),
                        "signature": .string(database.signature), "page_size": .integer(database.pageSize),
                    ])
                }), "warnings": .array(summary.warnings.map { .string($0) }),
            "left_out_count": .integer(summary.leftOutCount),
            "left_out": .array(
                (summary.leftOut ?? []).map { file in
                    .fields([
                        "name": .string(file.name), "reason": .string(file.reason),
                        "is_accepted": .bool(file.isAccepted == true),
                    ])
                }),
        ])
    }

    /// `show` for people: a label and a value a line.
    var lines: [(String, String)] {
        var lines: [(String, String)] = [
            ("Point", point.id),
            (
                "Kind", "\(point.kind)" + (point.full.map { " of point \($0.generation)" } ?? "")
            ), ("Health", health.word + (health.explanation.map { ": \($0)" } ?? "")),
            ("Source time", "\(point.sourceTime)"), ("Received", "\(stored.receipt.received)"),
            ("Committed by", stored.receipt.maker?.description ?? "unknown: the store has not recorded it"),
            ("Image", "\(point.layout.length) bytes, \(point.counts.blocks) blocks"),
            ("Image digest", "\(point.imageDigest)"),
            ("Shipped", "\(point.counts.shippedBytes) bytes, \(point.counts.changedBlocks) changed blocks"),
            (
                "Pages",
                "\(point.counts.pages) seen, \(point.counts.badPages) bad; \(PageUse(point))"
            ),
            ("Point digest", "\(stored.digest)"),
            ("Parent", point.parent.map { "\($0.generation), digest \($0.digest)" } ?? "none"),
            ("Map segments", "\(point.segments.count)"), ("Made by", "hybridrep \(point.toolVersion)"),
        ]
        if let pin { lines.append(("Pinned", PointHealth.words(pin.note.comment, by: pin))) }
        if case .suspicious = health {
            // Its health has said it.
        } else {
            for reason in point.hold?.sentences(point.kind) ?? [] { lines.append(("Was held", reason)) }
        }
        if let summary {
            lines.append(
                ("Source", "\(summary.source.kind) \(summary.source.label) on \(summary.source.hostName)"))
            for database in summary.databases {
                lines.append(
                    ("Database", "\(database.name): \(database.state), signature \(database.signature)"))
            }
            for warning in summary.warnings { lines.append(("Warning", warning)) }
            let leftOut = summary.leftOut ?? []
            for file in leftOut { lines.append(("Left out", "\(file.name): \(file.reason)")) }
            if summary.leftOutCount > leftOut.count {
                let more = summary.leftOutCount - leftOut.count
                lines.append(("Left out", "\(more) more, which hybridrep.json of the image names"))
            }
        }
        for extent in point.layout.extents where extent.key.kind == .data && !extent.key.name.isEmpty {
            lines.append(("Member", "\(extent.key.name), \(extent.length) bytes"))
        }
        return lines
    }
}
