internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// What an agent answers with, field by field (docs/format/protocol.md, section 5).
enum WireAnswer {
    static let maximumTextBytes = 4096
    /// Objects of a listing in one message.
    static let listedObjectsPerMessage = 16_384
    /// Of one object in a listing: no sound object is longer, and the sum over a listing does not overflow.
    static let maximumListedBytes = 1 << 36
    /// Objects of all messages of one listing; 256 TiB of packs.
    static let maximumListedObjects = 1 << 22
    /// Points that are named with one damaged object; the first ones, if there are more.
    static let maximumDamagedPoints = 1 << 17

    static func encode(_ error: StoreError) -> [UInt8] {
        var writer = ByteWriter()
        writer.uint8(error.kind.rawValue)
        for text in [error.operation, error.subject, error.detail] {
            writer.string(text.truncated(toUTF8: maximumTextBytes))
        }
        writer.uint8(error.hint == nil ? 0 : 1)
        if let hint = error.hint { writer.string(hint.truncated(toUTF8: maximumTextBytes)) }
        return writer.bytes
    }

    /// A failure of the far end, its texts made printable.
    ///
    /// A kind of a later version reads as `failed`, and so does one that only this side can know: that it was interrupted, could
    /// not be reached or was not let in.
    static func parseError(_ bytes: [UInt8]) throws(FormatError) -> StoreError {
        var reader = ByteReader(bytes)
        var kind = StoreError.Kind(rawValue: try reader.uint8()) ?? .failed
        if [.interrupted, .unreachable, .authentication].contains(kind) { kind = .failed }
        let operation = try text(&reader)
        let subject = try text(&reader)
        let detail = try text(&reader)
        let hint = try reader.uint8() == 0 ? nil : try text(&reader)
        return StoreError(kind, operation, subject, detail, hint: hint)
    }

    private static func text(_ reader: inout ByteReader) throws(FormatError) -> String {
        PrintableText.of(try reader.string("text", limit: maximumTextBytes), limit: maximumTextBytes)
    }

    static func encode(_ objects: ArraySlice<ListedObject>) -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(objects.count)
        for object in objects {
            switch object.key {
            case .pack(_, let name), .map(_, let name), .index(_, let name): writer.append(name)
            case .point(_, let generation): writer.uint64(generation)
            case .note(_, let id): writer.uint64(id.rawValue)
            case .store, .job, .tombstone: preconditionFailure("a client lists no such objects")
            }
            writer.varint(object.length)
        }
        return writer.bytes
    }

    static func parseObjects(
        _ bytes: [UInt8], _ kind: ObjectKind, _ job: Name
    ) throws(FormatError) -> [ListedObject] {
        var reader = ByteReader(bytes)
        let count = try reader.varint("objects", limit: reader.remaining)
        var objects: [ListedObject] = []
        for _ in 0..<count {
            let key: ObjectKey =
                switch kind {
                case .pack: .pack(job, try reader.digest())
                case .map: .map(job, try reader.digest())
                case .index: .index(job, try reader.digest())
                case .point: .point(job, try reader.uint64())
                case .note: .note(job, try NoteID(parsing: &reader))
                case .tombstone: throw .badField(field: "object kind", offset: 0)
                }
            objects.append(
                ListedObject(key: key, length: min(try reader.varint("length"), maximumListedBytes)))
        }
        try reader.finish()
        return objects
    }

    static func encode(_ names: ArraySlice<Name>) -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(names.count)
        for name in names { writer.string(name.description) }
        return writer.bytes
    }

    static func parseNames(_ bytes: [UInt8]) throws(FormatError) -> [Name] {
        var reader = ByteReader(bytes)
        let count = try reader.varint("names", limit: reader.remaining)
        var names: [Name] = []
        for _ in 0..<count { names.append(try Name(parsing: &reader)) }
        try reader.finish()
        return names
    }

    /// The counts of a report, without its damage; of a part, also where it ended.
    static func encode(_ report: CheckReport) -> [UInt8] {
        var writer = ByteWriter()
        for count in [
            report.points, report.neededObjects, report.presentObjects, report.objectsToHash,
            report.hashedObjects, report.hashedBytes,
        ] { writer.varint(count) }
        if let position = report.readTo { writer.uint64(position) }
        return writer.bytes
    }

    static func parseReport(_ bytes: [UInt8]) throws(FormatError) -> CheckReport {
        var reader = ByteReader(bytes)
        var report = CheckReport()
        report.points = try reader.varint("points")
        report.neededObjects = try reader.varint("needed objects")
        report.presentObjects = try reader.varint("present objects")
        report.objectsToHash = try reader.varint("objects to hash")
        report.hashedObjects = try reader.varint("hashed objects")
        report.hashedBytes = try reader.varint("hashed bytes")
        if reader.remaining > 0 { report.readTo = try reader.uint64() }
        try reader.finish()
        return report
    }

    /// One damaged object.
    static func encode(_ damage: CheckReport.Damage) -> [UInt8] {
        var writer = ByteWriter()
        writer.string(damage.object.truncated(toUTF8: maximumTextBytes))
        writer.string(damage.reason.truncated(toUTF8: maximumTextBytes))
        let points = damage.points.sorted().prefix(maximumDamagedPoints)
        writer.varint(points.count)
        for point in points { writer.uint64(point) }
        return writer.bytes
    }

    static func parseDamage(_ bytes: [UInt8]) throws(FormatError) -> CheckReport.Damage {
        var reader = ByteReader(bytes)
        let object = try text(&reader)
        let reason = try text(&reader)
        let count = try reader.varint("points", limit: min(maximumDamagedPoints, reader.remaining / 8))
        var points: [UInt64] = []
        for _ in 0..<count { points.append(try reader.uint64()) }
        try reader.finish()
        return CheckReport.Damage(object: object, reason: reason, points: points)
    }

    static func encode(_ space: SpaceStatus) -> [UInt8] {
        var writer = ByteWriter()
        writer.uint64(max(0, space.availableBytes))
        writer.uint64(max(0, space.totalBytes))
        writer.uint8(space.isQuota ? 1 : 0)
        return writer.bytes
    }

    static func parseSpace(_ bytes: [UInt8]) throws(FormatError) -> SpaceStatus {
        var reader = ByteReader(bytes)
        let available = try reader.length("available bytes")
        let total = try reader.length("total bytes")
        let isQuota = try reader.uint8() != 0
        try reader.finish()
        return SpaceStatus(availableBytes: available, totalBytes: total, isQuota: isQuota)
    }

    /// The answer to a request that has nothing to tell but that it was done.
    static func parseNothing(_ bytes: [UInt8]) throws(FormatError) {
        guard bytes.isEmpty else { throw .trailingBytes(count: bytes.count) }
    }

    static func encode(isTrue value: Bool) -> [UInt8] { [value ? 1 : 0] }

    static func parseBool(_ bytes: [UInt8]) throws(FormatError) -> Bool {
        guard bytes == [0] || bytes == [1] else { throw .badField(field: "answer", offset: 0) }
        return bytes == [1]
    }

    /// As many answers as there were questions.
    static func parseBools(_ bytes: [UInt8], count: Int) throws(FormatError) -> [Bool] {
        guard bytes.count == count, bytes.allSatisfy({ $0 <= 1 }) else {
            throw .badField(field: "answers", offset: 0)
        }
        return bytes.map { $0 == 1 }
    }

    /// The length of an object; nil when it is not there.
    static func encode(length: Int?) -> [UInt8] {
        var writer = ByteWriter()
        writer.uint8(length == nil ? 0 : 1)
        if let length { writer.uint64(length) }
        return writer.bytes
    }

    static func parseLength(_ bytes: [UInt8]) throws(FormatError) -> Int? {
        var reader = ByteReader(bytes)
        let isThere = try reader.uint8() == 1
        let length = isThere ? try reader.length("length") : nil
        try reader.finish()
        return length
    }
}
