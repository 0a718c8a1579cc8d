internal import Image
package import OffsiteStore
package import Platform
package import StoreFormat

/// The evidence of a store about a job: its newest points, and their verifications (DESIGN, section 6).
///
/// Everything here is read from the store; times are those of its receipts.
package struct JobEvidence: Sendable {
    /// Damage that no later verification has found repaired.
    package struct Damage: Equatable, Sendable {
        package let object: String
        package let reason: String
        package let points: [UInt64]
        package let found: Timestamp
    }
    package struct Rehearsal: Equatable, Sendable {
        package let point: Point.Reference?
        package let time: Timestamp
        package let isGood: Bool
        package let comment: String
        package let facts: [UInt8]
        /// Nil where the note does not say it.
        package let runID: String?

        /// The measurements; nil if the note is of another version.
        package var evidence: RehearsalEvidence? { try? RehearsalEvidence(parsing: facts) }

        init(_ note: StoredNote) {
            point = note.note.point
            time = note.received
            isGood = note.note.outcome == .good
            comment = note.note.comment
            facts = note.note.facts
            runID = NoteAuthor.runID(in: note.note.maker)
        }
    }

    /// Damaged objects that no point has, and that are looked for.
    private static let mostLooks = 256

    /// How many points there are, good or not.
    package var pointCount = 0
    /// Points newer than the newest good one that cannot be read, rising.
    package var unreadable: [UInt64] = []
    /// Points whose images are larger than what vouches for them and that nobody has accepted, rising.
    package var unbounded: [StoredPoint] = []
    /// Points that another key than an owner's has committed and that nobody has accepted, rising.
    package var foreign: [StoredPoint] = []
    /// Points that are there and that a host says it did not make, rising, each with the reason.
    package var strangers: [(generation: UInt64, reason: String)] = []
    /// The newest point that can be read.
    package var head: StoredPoint?
    /// The health of that point today; nil without one.
    package var headHealth: PointHealth?
    /// The newest good one.
    package var latest: StoredPoint?
    /// The full that it continues, where it is a log point; nil where that is not there, or damaged.
    package var latestFull: StoredPoint?
    /// When everything that the newest good point needs was last found there, by a push or a later verification.
    package var verified: Timestamp?
    /// Every byte has been read since; nil where never.
    package var wholeSince: Timestamp?
    /// Share of the bytes that verifications have read, of those since ``wholeSince`` or ever; from 0 to 1.
    package var readShare = 0.0
    package var damage: [Damage] = []
    /// The newest rehearsal, and the newest good one.
    package var lastRehearsal: Rehearsal?
    package var rehearsed: Rehearsal?
    package var marks: PointMarks

    /// - Parameters:
    ///   - seen: Points that somebody has read already: of what is older than the newest good one, these are looked at.
    ///   - doubted: Points that a host did not make, each with the reason; nil where their store knows that.
    package init(
        reading repository: Repository, seen: [StoredPoint] = [], doubted: [UInt64: String?] = [:]
    ) throws(StoreError) {
        let shelf = try repository.notes()
        marks = try PointMarks(shelf)
        let generations = try repository.generations()
        pointCount = generations.count
        for generation in generations.reversed() {
            guard let found = try repository.undamaged(generation) else {
                // One that was forgotten meanwhile is none.
                if try repository.isThere(generation) { unreadable.insert(generation, at: 0) }
                continue
            }
            let health = try repository.health(of: found)
            if head == nil { (head, headHealth) = (found, health) }
            if health.isGood {
                latest = found
                break
            }
            try lookAt(found, repository)
        }
        let older = seen.filter { $0.point.generation < latest?.point.generation ?? 0 }
        for found in older { try lookAt(found, repository) }
        try lookAt(doubted, seen: Set(older.map(\.point.generation)), among: generations, repository)
        foreign.sort { $0.point.generation < $1.point.generation }
        unbounded.sort { $0.point.generation < $1.point.generation }
        if let full = latest?.point.full {
            latestFull = try repository.undamaged(full.generation).flatMap { $0.reference == full ? $0 : nil }
        }
        var looks = 0
        for entry in try repository.damage().open {
            let left = generations.filter(entry.damage.points.contains)
            // A client can say much of objects that are not there.
            if left.isEmpty, looks < Self.mostLooks {
                looks += 1
                guard try repository.isLeft(entry.damage) else { continue }
            }
            damage.append(
                Damage(
                    object: entry.damage.object, reason: entry.damage.reason, points: left, found: entry.found
                ))
        }
        try readVerifications(shelf, repository)
        try readRehearsals(shelf)
    }

    /// Notes a point that counts for nobody, by what its store knows of it.
    private mutating func lookAt(_ stored: StoredPoint, _ repository: Repository) throws(StoreError) {
        if try repository.isForeign(stored) {
            foreign.append(stored)
        } else if try !repository.isBounded(stored.point) {
            unbounded.append(stored)
        }
    }

    /// Notes points that a host did not make, unless their store has said all of them.
    private mutating func lookAt(
        _ doubted: [UInt64: String?], seen: Set<UInt64>, among generations: [UInt64], _ repository: Repository
    ) throws(StoreError) {
        guard !doubted.isEmpty else { return }
        let strange = Set((foreign + unbounded).map(\.point.generation))
        let newest = latest?.point.generation ?? 0
        var looks = 0
        for generation in generations.reversed() where !strange.contains(generation) {
            guard let doubt = doubted[generation] else { continue }
            if let reason = doubt {
                strangers.insert((generation, reason), at: 0)
            } else if generation < newest, !seen.contains(generation), looks < Self.mostLooks {
                looks += 1
                if let found = try repository.undamaged(generation) { try lookAt(found, repository) }
            }
        }
    }

    /// The time of a restore of the newest good point, by the newest good rehearsal.
    package var restoreTime: RestoreTime? {
        guard let rehearsed, let latest else { return nil }
        return RestoreTime(of: latest.point, full: latestFull?.point, by: rehearsed)
    }

    private mutating func readVerifications(
        _ shelf: NoteReader, _ repository: Repository
    ) throws(StoreError) {
        var cover = DigestCoverage()
        var verified: Timestamp?
        var wholeSince: Timestamp?
        let reference = latest?.reference
        for note in try repository.verifications() {
            let isOfLatest = note.note.point == nil || note.note.point == reference
            if note.note.outcome == .good, isOfLatest { verified = verified ?? note.received }
            if let arc = note.note.arc { cover.insert(arc) }
            // What is older was read again since.
            if cover.isWhole { wholeSince = note.received }
        }
        if let reference, let proof = try shelf.goodProof(of: reference) {
            verified = max(verified ?? proof.received, proof.received)
        }
        // What was found before the newest good point was received tells nothing of it.
        self.verified = verified.flatMap { $0 < latest?.receipt.received ?? $0 ? nil : $0 }
        self.wholeSince = wholeSince
        readShare = cover.share
    }

    private mutating func readRehearsals(_ shelf: NoteReader) throws(StoreError) {
        var last: Rehearsal?
        var good: Rehearsal?
        try shelf.newest(.rehearsed) { note in
            let found = Rehearsal(note)
            last = last ?? found
            if found.isGood { good = found }
            return good == nil
        }
        lastRehearsal = last
        rehearsed = good
    }
}

/// The result for the RTO.
package enum RestorePromise: String, Sendable {
    case within
    case over
    /// Not measured; counts as missed.
    case unmeasured
}

/// How long a restore of a job's newest good point takes, by a rehearsal of it or of another.
package struct RestoreTime: Equatable, Sendable {
    /// The time of the rehearsal until the files were verified by their digest.
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

    /// True if the rehearsal restored fewer bytes than a restore would.
    package var isExtrapolated: Bool { measuredBytes < neededBytes }

    /// Rounded up; at the rate of the rehearsal where that restored less.
    package var seconds: Int {
        let share = max(1, Double(neededBytes) / Double(max(1, measuredBytes)))
        return Int(saturating: min((measuredSeconds * share).rounded(.up), 1e12))
    }
}
