package import Platform

/// One layer of a point's map: what is where, and the fingerprints that go with it.
///
/// docs/format/map.md. Named by the SHA-256 of its bytes, the same in every store of the job.
package struct MapSegment: Equatable, Sendable {
    /// Most segments a point's map may have.
    package static let maximumStack = 8
    package static let maximumBytes = 1 << 30

    /// Sorted, not overlapping.
    package let entries: [MapEntry]
    /// Sorted, not overlapping.
    package let runs: [FingerprintRun]

    package init(entries: [MapEntry], runs: [FingerprintRun]) {
        self.entries = MapEntry.coalesced(entries)
        self.runs = runs
    }

    package static let empty = MapSegment(entries: [], runs: [])
    package var isEmpty: Bool { entries.isEmpty && runs.isEmpty }

    /// This segment over an older one, as one.
    ///
    /// - Throws: `overLimit` for more than `runLimit` runs: what a small hostile map can stand for.
    package func merged(over older: Self, runLimit: Int) throws(FormatError) -> Self {
        Self(
            entries: Layer.overlay(entries, over: older.entries),
            runs: try FingerprintRun.overlay(runs, over: older.runs, limit: runLimit))
    }

    /// The records it refers to, frame by frame.
    package var references: [FrameID: Set<Int>] {
        var found: [FrameID: Set<Int>] = [:]
        for entry in entries {
            if case .record(let frame, let record, _, _) = entry.source {
                found[frame, default: []].insert(record)
            }
        }
        return found
    }
}
