package import Platform

/// Records of one frame as a store gave them: some of them, of some only parts.
package struct RecordParts: Sendable {
    package struct Part: Sendable {
        package enum Form: UInt8, Sendable {
            /// The payload as it is stored.
            case stored = 0
            /// The wanted ranges of the decoded record, joined.
            case ranges = 1
            /// The same as one zstd frame.
            case packedRanges = 2
        }
        package let record: Record
        package let form: Form
        /// Empty for a whole record.
        package let ranges: [Range<Int>]
        fileprivate let payload: Range<Int>
    }
    package let frame: FrameID
    private let bytes: [UInt8]
    /// Rising.
    private let numbers: [Int]
    private let parts: [Part]

    /// Bytes that are kept for it.
    package var storedBytes: Int { bytes.count }

    /// Nil for a record that was not asked for.
    package subscript(number: Int) -> Part? {
        let index = numbers.partitioningIndex { $0 >= number }
        return index < numbers.count && numbers[index] == number ? parts[index] : nil
    }

    package func withPayload<R, E: Error>(
        of part: Part, _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        try body(bytes.span.extracting(part.payload))
    }

    private init(_ frame: FrameID, _ bytes: [UInt8], _ numbers: [Int], _ parts: [Part]) {
        self.frame = frame
        self.bytes = bytes
        self.numbers = numbers
        self.parts = parts
    }

    /// The wanted records of a whole frame.
    ///
    /// - Throws: `badField` when it is another frame, or has no such record.
    package init(_ frame: Frame, _ request: RecordRequest) throws(FormatError) {
        guard frame.id == request.place.frame else { throw .badField(field: "frame id", offset: 0) }
        var total = 0
        for wanted in request.wanted {
            guard wanted.number < frame.records.count else {
                throw .badField(field: "record number", offset: wanted.number)
            }
            total += frame.records[wanted.number].storedBytes
        }
        // A frame of which little is wanted is not kept for it.
        let isKept = total > frame.storedBytes / 2
        var bytes = isKept ? frame.bytes : []
        var parts: [Part] = []
        for wanted in request.wanted {
            let record = frame.records[wanted.number]
            let start = isKept ? frame.payloadStarts[wanted.number] : bytes.count
            if !isKept { frame.withPayload(wanted.number) { bytes.append(copying: $0) } }
            parts.append(
                Part(record: record, form: .stored, ranges: [], payload: start..<start + record.storedBytes))
        }
        self.init(frame.id, bytes, request.wanted.map(\.number), parts)
    }

    /// An agent's answer (docs/format/protocol.md, section 5): u8 0 and the whole frame, or u8 1, the frame's
    /// id, varint and ``RecordTable`` of the wanted records in their order, for each u8 form and varint bytes
    /// of its payload, the payloads.
    package init(parsing answer: [UInt8], _ request: RecordRequest) throws(FormatError) {
        var reader = ByteReader(answer)
        let kind = try reader.uint8()
        if kind == 0 {
            try self.init(Frame(parsing: try reader.take(array: reader.remaining)), request)
            return
        }
        guard kind == 1 else { throw .badField(field: "answer", offset: 0) }
        let frame = try FrameID(parsing: &reader)
        guard frame == request.place.frame else { throw .badField(field: "frame id", offset: 1) }
        let tableBytes = try reader.varint("table", limit: Frame.maximumTableBytes)
        var table = ByteReader(try reader.take(array: tableBytes))
        let records = try RecordTable.parse(&table, count: request.wanted.count, of: frame)
        var heads: [(form: Part.Form, count: Int)] = []
        heads.reserveCapacity(records.count)
        for (record, wanted) in zip(records, request.wanted) {
            let start = reader.offset
            guard let form = Part.Form(rawValue: try reader.uint8()) else {
                throw .badField(field: "form", offset: start)
            }
            let count = try reader.varint("payload", limit: Frame.maximumPayloadBytes)
            let whole = wanted.ranges.reduce(0) { $0 + $1.count }
            let isGood =
                switch form {
                case .stored: count == record.storedBytes
                case .ranges: count == whole && wanted.isInside(record)
                case .packedRanges: count < whole && wanted.isInside(record)
                }
            guard isGood else { throw .badField(field: "payload", offset: start) }
            heads.append((form, count))
        }
        var parts: [Part] = []
        parts.reserveCapacity(records.count)
        var start = reader.offset
        for (number, head) in heads.enumerated() {
            parts.append(
                Part(
                    record: records[number], form: head.form,
                    ranges: head.form == .stored ? [] : request.wanted[number].ranges,
                    payload: start..<start + head.count))
            start += head.count
        }
        guard start == answer.count else { throw .trailingBytes(count: answer.count - start) }
        self.init(frame, answer, request.wanted.map(\.number), parts)
    }
}

extension RecordRequest.Wanted {
    /// True for ranges of a record that can be cut.
    package func isInside(_ record: Record) -> Bool {
        record.codec != .delta && !ranges.isEmpty && (ranges.last?.upperBound ?? 0) <= record.length
    }
}

/// Records of one frame; of a long plain record only the parts that are wanted.
package struct RecordRequest: Equatable, Sendable {
    package struct Wanted: Equatable, Sendable {
        package let number: Int
        /// Parts of the decoded record, rising and apart; none for all of it.
        package let ranges: [Range<Int>]

        package init(number: Int, ranges: [Range<Int>] = []) {
            self.number = number
            self.ranges = ranges
        }
    }
    /// Most ranges of all records of one request.
    package static let maximumRanges = 1 << 16

    package let job: Name
    package let pack: Digest256
    /// Where in the pack the frame stands.
    package let place: PackFooter.Entry
    /// Rising by number.
    package let wanted: [Wanted]

    package init(job: Name, pack: Digest256, place: PackFooter.Entry, wanted: [Wanted]) {
        self.job = job
        self.pack = pack
        self.place = place
        self.wanted = wanted
    }

    package var key: ObjectKey { .pack(job, pack) }
}
