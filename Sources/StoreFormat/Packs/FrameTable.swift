package import BitCollections
package import Platform

/// A frame's record table without its payloads: which records are deltas, and against what.
package struct FrameTable: Sendable {
    package struct Delta: Sendable {
        package let storedBytes: Int
        package let base: [Record.Slice]
    }
    package let count: Int
    /// By record number; all other records are plain.
    package let deltas: [Int: Delta]
    /// Records whose payload collection has left out.
    package let dropped: Set<Int>
    private let stored: [UInt32]

    private static let bytesPerDelta = 192

    /// Whether it has the payloads of all these records.
    package func holds(_ records: BitSet) -> Bool {
        records.allSatisfy { $0 < count && !dropped.contains($0) }
    }

    /// About what it takes in memory.
    package var memoryBytes: Int { 64 + deltas.count * Self.bytesPerDelta + stored.count * 4 }

    /// Bytes of a record's payload; zero for a number that it does not have.
    package func storedBytes(_ record: Int) -> Int {
        stored.indices.contains(record) ? Int(stored[record]) : 0
    }

    /// The most that the table of a frame takes in memory, nearly.
    package static func likelyMemory(_ place: PackFooter.Entry) -> Int {
        64 + place.records * (bytesPerDelta + 4)
    }

    /// What must be read of a frame to have its table, most probably.
    package static func likelyBytes(_ place: PackFooter.Entry) -> Int {
        min(place.length, Frame.headerBytes + 64 + 24 * place.records)
    }

    /// What the first bytes of a frame turned out to be.
    package enum Reading {
        case table(FrameTable)
        /// So many bytes are needed to have it.
        case needs(Int)
    }

    /// - Parameter head: The frame's first bytes.
    package static func read(_ head: [UInt8], of place: PackFooter.Entry) throws(FormatError) -> Reading {
        var header = ByteReader(head)
        guard try FrameID(parsing: &header) == place.frame else {
            throw .badField(field: "frame id", offset: 0)
        }
        try header.skip(8)
        let tableBytes = Int(try header.uint32())
        guard tableBytes <= Frame.maximumTableBytes else {
            throw .overLimit(
                field: "table", value: UInt64(tableBytes), limit: UInt64(Frame.maximumTableBytes))
        }
        let end = Frame.headerBytes + tableBytes
        guard end <= place.length else {
            throw .truncated(offset: 0, needed: end, available: place.length)
        }
        guard end <= head.count else { return .needs(end) }
        var reader = ByteReader(head, in: Frame.headerBytes..<end)
        return .table(FrameTable(try RecordTable.parse(&reader, count: place.records, of: place.frame)))
    }

    private init(_ records: [Record]) {
        count = records.count
        stored = records.map { UInt32($0.storedBytes) }
        var deltas: [Int: Delta] = [:]
        var dropped: Set<Int> = []
        for (number, record) in records.enumerated() {
            if !record.base.isEmpty {
                deltas[number] = Delta(storedBytes: record.storedBytes, base: record.base)
            }
            if record.isLeftOut { dropped.insert(number) }
        }
        self.deltas = deltas
        self.dropped = dropped
    }
}
