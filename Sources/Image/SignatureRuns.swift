package import Platform

/// Which blocks of an image are zero: runs of zero and of data blocks, in block order.
///
/// A sparse image of many terabytes has few runs, so they are held in memory.
package struct SignatureRuns: Equatable, Sendable {
    package struct Run: Equatable, Sendable {
        package let firstBlock: Int
        package let count: Int
        package let isZero: Bool
        /// Data blocks in all runs before this one.
        package let dataBefore: Int
    }
    package private(set) var runs: [Run] = []
    private static let maximumRuns = 1 << 28

    package init() {}

    /// Appends blocks that are alike, to the last run where that is of their kind.
    package mutating func append(_ count: Int, isZero: Bool) {
        guard count > 0 else { return }
        if let last = runs.last, last.isZero == isZero {
            runs[runs.count - 1] = Run(
                firstBlock: last.firstBlock, count: last.count + count, isZero: isZero,
                dataBefore: last.dataBefore)
        } else {
            append(count: count, isZero: isZero)
        }
    }

    package var blockCount: Int { runs.last.map { $0.firstBlock + $0.count } ?? 0 }
    package var dataCount: Int { runs.last.map { $0.dataBefore + ($0.isZero ? 0 : $0.count) } ?? 0 }

    /// Number of the run that `block` is in; nil behind the last one.
    func index(ofBlock block: Int) -> Int? {
        let index = runs.partitioningIndex { $0.firstBlock > block } - 1
        guard index >= 0, block < runs[index].firstBlock + runs[index].count else { return nil }
        return index
    }

    /// Layout (docs/format/signature.md, section 4): varint count of runs, then for each varint (blocks << 1 | zero).
    package func encode(into writer: inout ByteWriter) {
        writer.varint(runs.count)
        for run in runs { writer.varint(run.count << 1 | (run.isZero ? 1 : 0)) }
    }

    package init(parsing reader: inout ByteReader) throws(FormatError) {
        let count = try reader.varint("runs", limit: min(Self.maximumRuns, reader.remaining))
        for _ in 0..<count {
            let start = reader.offset
            let value = try reader.varint("run", limit: 1 << 52)
            guard value >= 2, runs.last?.isZero != (value & 1 == 1), blockCount < 1 << 52 else {
                throw .badField(field: "run", offset: start)
            }
            append(count: value >> 1, isZero: value & 1 == 1)
        }
    }

    private mutating func append(count: Int, isZero: Bool) {
        runs.append(Run(firstBlock: blockCount, count: count, isZero: isZero, dataBefore: dataCount))
    }
}
