internal import Image
internal import Platform

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

    /// Reads the `RUNS` section.
    ///
    /// - Parameter prints: All fingerprints of the segment.
    static func parse(section: [UInt8], _ prints: FingerprintList) throws(FormatError) -> [FingerprintRun] {
        var reader = ByteReader(section)
        var runs: [FingerprintRun] = []
        let count = try reader.varint("runs", limit: reader.remaining / minimumBytes)
        runs.reserveCapacity(count)
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
            let source: Source
            switch try reader.varint("run kind", limit: 2) {
            case 0: source = .zero
            case 1:
                guard blocks <= prints.count - used else {
                    throw .badField(field: "fingerprints", offset: start)
                }
                source = .blocks(prints, first: used)
                used += blocks
            default: source = .moved(from: try reader.varint("source", limit: MapEntry.maximumOffset))
            }
            runs.append(FingerprintRun(offset: offset, length: length, blockSize: blockSize, source: source))
        }
        try reader.finish()
        guard used == prints.count else {
            throw .trailingBytes(count: (prints.count - used) * Fingerprint.byteCount)
        }
        return runs
    }
}
