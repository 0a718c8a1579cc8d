package import Platform

/// A frame read whole: its records and their payloads, its check value proven.
///
/// Layout (docs/format/pack.md, section 2): 0..<16 id, 16 cipher, 17 flags, 18..<20 zero, 20..<24 records,
/// 24..<28 bytes of the table, 28..<32 zero, 32..<40 check value, table, payloads.
package struct Frame: Sendable {
    package static let headerBytes = 40
    /// A frame is closed before its payloads exceed this.
    package static let maximumPayloadBytes = 1 << 20
    package static let maximumTableBytes = 1 << 20
    package static let maximumRecords = 1 << 16
    package static let maximumBytes = headerBytes + maximumTableBytes + maximumPayloadBytes
    /// Bytes of the header that the check value covers.
    package static let checkedHeadBytes = 32
    /// Collection has left payloads out.
    static let thinnedFlag: UInt8 = 1
    /// The only cipher of this version: none.
    package static let noCipher: UInt8 = 0

    package let id: FrameID
    package let records: [Record]
    /// All of the frame.
    package let bytes: [UInt8]
    /// Where each record's payload starts in `bytes`.
    let payloadStarts: [Int]

    package var storedBytes: Int { bytes.count }

    package init(parsing bytes: [UInt8]) throws(FormatError) {
        guard bytes.count <= Self.maximumBytes else {
            throw .overLimit(field: "frame", value: UInt64(bytes.count), limit: UInt64(Self.maximumBytes))
        }
        var header = ByteReader(bytes)
        id = try FrameID(parsing: &header)
        guard try header.uint8() == Self.noCipher else { throw .badField(field: "cipher", offset: 16) }
        guard try header.uint8() & ~Self.thinnedFlag == 0, try header.uint16() == 0 else {
            throw .badField(field: "flags", offset: 17)
        }
        let count = Int(try header.uint32())
        let tableBytes = Int(try header.uint32())
        guard try header.uint32() == 0 else { throw .badField(field: "reserved", offset: 28) }
        let check = try header.uint64()
        guard count <= Self.maximumRecords, tableBytes <= min(Self.maximumTableBytes, header.remaining)
        else {
            throw .badField(field: "record table", offset: 20)
        }
        let found = Self.check(
            head: bytes.span.extracting(0..<Self.checkedHeadBytes),
            body: bytes.span.extracting(Self.headerBytes..<bytes.count))
        guard found == check else {
            throw .digestMismatch(of: "frame \(id)")
        }
        var table = ByteReader(bytes, in: Self.headerBytes..<(Self.headerBytes + tableBytes))
        records = try RecordTable.parse(&table, count: count, of: id)
        var starts: [Int] = []
        var start = Self.headerBytes + tableBytes
        for record in records {
            starts.append(start)
            start += record.storedBytes
        }
        guard start == bytes.count else {
            throw .badField(field: "payloads", offset: Self.headerBytes + tableBytes)
        }
        payloadStarts = starts
        self.bytes = bytes
    }

    /// XXH3-64 of the header before the check value, xor XXH3-64 of table and payloads.
    package static func check(head: Span<UInt8>, body: Span<UInt8>) -> UInt64 {
        CheckValue.of(head) ^ CheckValue.of(body)
    }

    /// Calls `body` with the payload of record `number`.
    package func withPayload<R, E: Error>(
        _ number: Int, _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let start = payloadStarts[number]
        return try body(bytes.span.extracting(start..<start + records[number].storedBytes))
    }
}
