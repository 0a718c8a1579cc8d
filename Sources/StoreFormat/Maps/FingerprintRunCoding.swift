internal import Image
package import Platform

/// The `RUNS` section of a map segment (docs/format/map.md, section 2).
struct FingerprintRunEncoder {
    private enum Kind: Equatable {
        case zero
        case blocks
        case moved(from: Int)
    }

    private var writer = ByteWriter()
    private var count = 0
    private var previousEnd = 0
    /// The last run, which may go on.
    private var open: (offset: Int, length: Int, blockSize: Int, kind: Kind)?

    /// Adds a run, to the last one where that goes on in it.
    mutating func add(_ offset: Int, _ length: Int, _ blockSize: Int, _ source: FingerprintRun.Source) {
        let kind: Kind =
            switch source {
            case .zero: .zero
            case .blocks: .blocks
            case .moved(let from): .moved(from: from)
            }
        add(offset, length, blockSize, kind)
    }

    /// Adds blocks with fingerprints.
    mutating func add(blocks range: Range<Int>, _ blockSize: Int) {
        add(range.lowerBound, range.count, blockSize, .blocks)
    }

    private mutating func add(_ offset: Int, _ length: Int, _ blockSize: Int, _ kind: Kind) {
        if let last = open, last.kind == kind, last.blockSize == blockSize,
            last.offset + last.length == offset, last.length % blockSize == 0,
            kind == .blocks || kind == .zero
        {
            open?.length += length
        } else {
            close()
            open = (offset, length, blockSize, kind)
        }
    }

    mutating func finish() -> [UInt8] {
        close()
        var result = ByteWriter(capacity: writer.count + 9)
        result.varint(count)
        result.append(writer.bytes)
        return result.bytes
    }

    private mutating func close() {
        guard let run = open.take() else { return }
        count += 1
        writer.varint(run.offset - previousEnd)
        writer.varint(run.length)
        writer.varint(run.blockSize)
        previousEnd = run.offset + run.length
        switch run.kind {
        case .zero: writer.varint(0)
        case .blocks: writer.varint(1)
        case .moved(let from):
            writer.varint(2)
            writer.varint(from)
        }
    }
}

extension FingerprintRun {
    /// Fewest bytes of a run: four varints.
    private static let minimumBytes = 4

    /// Where a run's fingerprints are, by their numbers in the segment.
    enum Place {
        case zero
        case blocks(first: Int)
        case moved(from: Int)
    }

    /// Reads the `RUNS` section.
    ///
    /// - Parameter prints: All fingerprints of the segment.
    static func parse(section: [UInt8], _ prints: FingerprintList) throws(FormatError) -> [FingerprintRun] {
        var runs: [FingerprintRun] = []
        try forEach(in: section, prints: prints.count) { offset, length, blockSize, place in
            let source: Source =
                switch place {
                case .zero: .zero
                case .blocks(let first): .blocks(prints, first: first)
                case .moved(let from): .moved(from: from)
                }
            runs.append(FingerprintRun(offset: offset, length: length, blockSize: blockSize, source: source))
        }
        return runs
    }

    /// Tests every run of a section and keeps none.
    package static func check(section: [UInt8], prints: Int) throws(FormatError) {
        try forEach(in: section, prints: prints) { _, _, _, _ in }
    }

    /// Goes through the `RUNS` section and holds nothing of it.
    ///
    /// - Parameter prints: How many fingerprints the segment has.
    static func forEach(
        in section: [UInt8], prints: Int,
        _ body: (_ offset: Int, _ length: Int, _ blockSize: Int, Place) -> Void
    ) throws(FormatError) {
        var reader = ByteReader(section)
        let count = try reader.varint("runs", limit: reader.remaining / minimumBytes)
        var previousEnd = 0
        var used = 0
        for _ in 0..<count {
            let start = reader.offset
            let offset = previousEnd + (try reader.varint("run offset", limit: MapEntry.maximumOffset))
            let length = try reader.varint("run length", limit: MapEntry.maximumOffset)
            let blockSize = try reader.varint("block size", limit: Record.maximumBytes)
            guard length > 0, blockSize > 0, offset <= MapEntry.maximumOffset else {
                throw .badField(field: "run", offset: start)
            }
            previousEnd = offset + length
            let blocks = (length - 1) / blockSize + 1
            let place: Place
            switch try reader.varint("run kind", limit: 2) {
            case 0: place = .zero
            case 1:
                guard blocks <= prints - used else {
                    throw .badField(field: "fingerprints", offset: start)
                }
                place = .blocks(first: used)
                used += blocks
            default: place = .moved(from: try reader.varint("source", limit: MapEntry.maximumOffset))
            }
            body(offset, length, blockSize, place)
        }
        try reader.finish()
        guard used == prints else {
            throw .trailingBytes(count: (prints - used) * Fingerprint.byteCount)
        }
    }
}
