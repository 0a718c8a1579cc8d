internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Answers requests for records: takes out of a frame what is wanted of it.
///
/// Owned by one thread at a time.
final class RecordExtractor {
    /// Most bytes that one request may have decoded; what is beyond goes as it is stored.
    private static let maximumDecodedBytes = 8 << 20
    private static let level = 3
    private var compressor: Compressor
    private var decompressor: Decompressor

    init() throws(CompressionError) {
        let compressor = try Compressor(level: Self.level)
        decompressor = try Decompressor()
        self.compressor = compressor
    }

    /// The answer's payload, as ``RecordParts`` reads it.
    ///
    /// A frame that this program cannot read goes whole, and so does one of which nothing would be saved.
    /// - Throws: `corrupt` for a frame that is not what it was, or is another.
    func answer(_ request: RecordRequest, frame bytes: [UInt8]) throws(StoreError) -> [UInt8] {
        let frame: Frame
        do throws(FormatError) { frame = try Frame(parsing: bytes) } catch {
            if case .digestMismatch = error { throw StoreError("get", request.key.path, error) }
            return [0] + bytes
        }
        guard frame.id == request.place.frame else {
            throw StoreError(.corrupt, "get", request.key.path, "frame \(frame.id) stands there")
        }
        guard let last = request.wanted.last, last.number < frame.records.count else {
            throw StoreError(.corrupt, "get", request.key.path, "frame \(frame.id) has no such record")
        }
        if request.wanted.count == frame.records.count, request.wanted.allSatisfy({ $0.ranges.isEmpty }) {
            return [0] + bytes
        }
        var heads = ByteWriter()
        var payloads = ByteWriter()
        var left = Self.maximumDecodedBytes
        for wanted in request.wanted {
            let (form, payload) = cut(wanted, frame, &left)
            heads.uint8(form.rawValue)
            heads.varint(payload.count)
            payloads.append(payload)
            guard payloads.count < bytes.count else { return [0] + bytes }
        }
        let table = RecordTable.encode(request.wanted.map { frame.records[$0.number] })
        var writer = ByteWriter(capacity: table.count + heads.count + payloads.count + 32)
        writer.uint8(1)
        frame.id.encode(into: &writer)
        writer.varint(table.count)
        writer.append(table)
        writer.append(heads.bytes)
        writer.append(payloads.bytes)
        return writer.count < bytes.count ? writer.bytes : [0] + bytes
    }

    /// One record as short as it can be told; as it is stored when nothing is shorter.
    private func cut(
        _ wanted: RecordRequest.Wanted, _ frame: Frame, _ left: inout Int
    ) -> (RecordParts.Part.Form, [UInt8]) {
        let record = frame.records[wanted.number]
        let stored = frame.withPayload(wanted.number) { [UInt8](copying: $0) }
        guard wanted.isInside(record), stored.count > 0, record.length <= left else {
            return (.stored, stored)
        }
        left -= record.length
        guard let whole = decode(record, stored) else { return (.stored, stored) }
        var joined: [UInt8] = []
        joined.reserveCapacity(wanted.ranges.reduce(0) { $0 + $1.count })
        for range in wanted.ranges { joined.append(copying: whole.span.extracting(range)) }
        let packed = try? compressor.compress(joined.span)
        if let packed, packed.count < min(joined.count, stored.count) { return (.packedRanges, packed) }
        return joined.count < stored.count ? (.ranges, joined) : (.stored, stored)
    }

    /// Nil for what does not decode: whoever wants it will say so.
    private func decode(_ record: Record, _ stored: [UInt8]) -> [UInt8]? {
        record.codec == .stored
            ? stored
            : try? decompressor.decompress(stored.span, prefix: [UInt8]().span, length: record.length)
    }
}
