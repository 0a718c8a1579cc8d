internal import Image
internal import Platform
internal import StoreFormat

/// What came of the promise that a restore takes no longer than a time.
package enum RestorePromise: String, Sendable {
    case within
    case over
    /// Nobody knows, which is not kept.
    case unmeasured
}

/// How long a restore of a job's newest good point takes, by a rehearsal of it or of another.
package struct RestoreTime: Equatable, Sendable {
    /// What the rehearsal took until the files were there, proved by their digest.
    package let measuredSeconds: Double
    /// Bytes of the images that it made again.
    package let measuredBytes: Int
    /// Bytes of those that are to be made for the newest good point.
    package let neededBytes: Int

    package init(measuredSeconds: Double, measuredBytes: Int, neededBytes: Int) {
        self.measuredSeconds = measuredSeconds
        self.measuredBytes = measuredBytes
        self.neededBytes = neededBytes
    }

    /// Nil where the rehearsal does not tell, and where the full is missing that a log point continues.
    init?(of point: Point, full: Point?, by rehearsal: JobEvidence.Rehearsal) {
        guard let facts = rehearsal.evidence, facts.restoredBytes > 0, full != nil || point.full == nil
        else { return nil }
        measuredSeconds = facts.restoreSeconds
        measuredBytes = facts.restoredBytes
        neededBytes = point.layout.length.saturatingAdd(full?.layout.length ?? 0)
    }

    /// Whether less was restored than a restore would have to.
    package var isExtrapolated: Bool { measuredBytes < neededBytes }

    /// Rounded up; at the rate of the rehearsal where that restored less.
    package var seconds: Int {
        let share = max(1, Double(neededBytes) / Double(max(1, measuredBytes)))
        return Int(saturating: min((measuredSeconds * share).rounded(.up), 1e12))
    }
}
