internal import Platform

/// Collects records until a frame is full, then gives its bytes.
package struct FrameBuilder: Sendable {
    package let id: FrameID
    package private(set) var records: [Record] = []
    private var payloads: [UInt8] = []
    private var sliceCount = 0
    /// An upper bound of a table row: codec, offset, two lengths, slice count.
    private static let rowBytes = 1 + 10 + 4 + 4 + 1
    /// An upper bound of a slice and of the frame it may add to the list.
    private static let sliceBytes = 4 + 3 + 4 + 4 + 8 + 10 + 4

    private let isThinned: Bool

    /// - Parameter isThinned: Payloads have been left out.
    package init(_ id: FrameID, isThinned: Bool = false) {
        self.id = id
        self.isThinned = isThinned
    }

    package var isEmpty: Bool { records.isEmpty }

    /// True when a record with `storedBytes` of payload and `slices` bases still fits.
    package func fits(storedBytes: Int, slices: Int) -> Bool {
        records.count < Frame.maximumRecords
            && payloads.count + storedBytes <= Frame.maximumPayloadBytes
            && (records.count + 1) * Self.rowBytes + (sliceCount + slices) * Self.sliceBytes
                < Frame.maximumTableBytes
    }

    /// Appends a record and returns its number.
    package mutating func append(_ record: Record, payload: [UInt8]) -> Int {
        precondition(
            record.storedBytes == payload.count && fits(storedBytes: payload.count, slices: record.base.count)
        )
        records.append(record)
        payloads.append(contentsOf: payload)
        sliceCount += record.base.count
        return records.count - 1
    }

    package consuming func finish() -> [UInt8] {
        let table = RecordTable.encode(records)
        var writer = ByteWriter(capacity: Frame.headerBytes + table.count + payloads.count)
        id.encode(into: &writer)
        writer.uint8(Frame.noCipher)
        writer.uint8(isThinned ? Frame.thinnedFlag : 0)
        writer.uint16(0)
        writer.uint32(UInt32(records.count))
        writer.uint32(UInt32(table.count))
        writer.uint32(0)
        writer.uint64(CheckValue.of(writer.bytes.span) ^ CheckValue.of(table.span, payloads.span))
        writer.append(table)
        writer.append(payloads)
        return writer.bytes
    }
}
