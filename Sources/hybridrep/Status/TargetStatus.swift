internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// How one job stands at one of its targets: what its store says, or why nobody can tell.
struct TargetStatus {
    let job: Name
    let target: Name
    let outcome: Result<JobStatus, CommandFailure>
    /// Images of this host that are newer than the newest point there.
    let waitingImages: Int
    /// What a report tells besides; nil where none was asked for, or nothing could be asked.
    var history: JobHistory?

    /// The four words that monitoring knows.
    enum State: Int, Comparable {
        case ok
        case warning
        case critical
        case unknown

        static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

        var word: String {
            switch self {
            case .ok: "OK"
            case .warning: "WARNING"
            case .critical: "CRITICAL"
            case .unknown: "UNKNOWN"
            }
        }
    }

    var status: JobStatus? { try? outcome.get() }

    /// What cannot be asked is not known, and never good.
    var state: State {
        guard let status else { return .unknown }
        switch status.findings.map(\.severity).max() {
        case .critical: return .critical
        case .warning: return .warning
        case .note, nil: return .ok
        }
    }

    var verdict: ExitStatus {
        switch outcome {
        case .failure(let failure): failure.verdict
        case .success(let status):
            status.findings.lazy.map(\.verdict).first { $0 != .good } ?? .good
        }
    }

    /// One line a finding; what to type next is part of it.
    var lines: [String] {
        switch outcome {
        case .failure(let failure):
            [failure.line]
        case .success(let status):
            status.findings.map {
                "\($0.text); \($0.advice(job, target, newest: status.evidence.head?.point.generation, of: status.evidence.pointCount))"
            }
        }
    }
}

extension StatusFinding {
    var verdict: ExitStatus {
        switch self {
        case .suspended, .fromTheFuture, .spaceShort, .nearlyFull: .good
        case .held, .unbounded, .strange: .held
        case .acceptedDamage: .degraded
        case .damaged, .unreadable, .rehearsalFailed: .verification
        case .noGoodPoint, .stale, .unproved, .readOverdue, .rehearsalOverdue, .restoreTooSlow,
            .restoreUnmeasured, .runFailed:
            .stale
        }
    }

    var text: String {
        switch self {
        case .noGoodPoint: "there is no good point"
        case .stale(let age, let promised):
            "the newest good point is \(HumanQuantity.age(age)) old; the limit is \(HumanQuantity.age(promised))"
        case .damaged(let objects, let points):
            (objects == 1 ? "1 object is damaged" : "\(objects) objects are damaged")
                + (points.isEmpty
                    ? ", needed by no point"
                    : ", needed by point\(points.count == 1 ? "" : "s") \(Self.list(points))")
        case .unreadable(let points):
            points.count == 1
                ? "point \(points[0]) cannot be read" : "points \(Self.list(points)) cannot be read"
        case .unbounded(let points, _):
            points.count == 1
                ? "point \(points[0]) has an image far larger than its stored data and than any image before it"
                : "\(StrangerAdvice.list(points)) have images far larger than their stored data and than any before them"
        case .strange(let points, let reason, _):
            (points.count == 1
                ? "point \(points[0]) counts for nobody: "
                : "\(StrangerAdvice.list(points)) count for nobody, the last ") + reason
        case .runFailed(let code, let age, let error):
            "the last run of this host failed \(HumanQuantity.age(age)) ago (\(code))"
                + (error.map { ": \($0)" } ?? "")
        case .held(let point): "point \(point) is held as suspicious, and is not the latest"
        case .acceptedDamage(let point): "point \(point) was accepted with damage, and is not the latest"
        case .unproved(let point): "point \(point) has not been verified since it was received"
        case .readOverdue(let age, let promised):
            (age.map { "every byte was last read \(HumanQuantity.age($0)) ago" }
                ?? "not every byte has been read yet")
                + "; the limit is \(HumanQuantity.age(promised))"
        case .rehearsalOverdue(let age, let promised):
            (age.map { "a restore was last rehearsed \(HumanQuantity.age($0)) ago" }
                ?? "no restore has been rehearsed yet")
                + "; the limit is \(HumanQuantity.age(promised))"
        case .rehearsalFailed(let why): "the last rehearsal failed: \(why)"
        case .restoreTooSlow(let time, let promised):
            "a restore takes \(HumanQuantity.age(time.seconds)) by the last good rehearsal"
                + (time.isExtrapolated ? " of less" : "") + "; the limit is \(HumanQuantity.age(promised))"
        case .restoreUnmeasured(let promised):
            "no rehearsal shows whether a restore takes less than \(HumanQuantity.age(promised))"
        case .fromTheFuture(let seconds):
            "the newest point's time is \(HumanQuantity.age(seconds)) ahead of this host's clock"
        case .suspended(let why): "suspended: \(why)"
        case .spaceShort(let days, let rate):
            "the store is full in \(SpaceForecast.text(days)) at \(HumanQuantity.bytes(rate)) a day"
        case .nearlyFull(let space):
            "the store is nearly full: \(HumanQuantity.bytes(space.availableBytes)) free of "
                + HumanQuantity.bytes(space.totalBytes)
        }
    }

    /// - Parameters:
    ///   - newest: The newest point there; nil where it is not known.
    ///   - count: How many points are there.
    func advice(_ job: Name, _ target: Name, newest: UInt64?, of count: Int) -> String {
        let strangers = StrangerAdvice(job: job, options: ["--target", "\(target)"], pointCount: count)
        // A point stays until there is a newer good one.
        func remove(_ points: [UInt64], _ newestGood: UInt64) -> String {
            ((points.last ?? 0) > newestGood ? "make a good one with: hybridrep run \(job); then " : "")
                + "remove \(points.count == 1 ? "it" : "them") with: \(strangers.forget(points))"
        }
        return switch self {
        case .runFailed: "when that is repaired: hybridrep run \(job)"
        case .noGoodPoint, .stale: "make one with: hybridrep run \(job)"
        case .damaged(_, let points):
            // Only the newest point's bytes are still on this host.
            if points.isEmpty {
                "remove what no point needs with: hybridrep gc \(job) --target \(target) --waste 0"
            } else if let newest, !points.contains(newest) {
                "see which points are lost, and what to do: hybridrep verify \(job) --target \(target)"
            } else {
                "ship again what is lost with: hybridrep reconcile \(job)"
            }
        case .unbounded(let points, let newestGood):
            points.count == 1
                ? "check it, then accept it with: hybridrep release \(job) \(points[0]) --target \(target); or "
                    + remove(points, newestGood)
                : remove(points, newestGood)
        case .strange(let points, _, let newestGood):
            "find out whose key made \(points.count == 1 ? "it" : "them"), then " + remove(points, newestGood)
        case .unreadable: "see what is damaged with: hybridrep verify \(job) --target \(target)"
        case .held(let point):
            "check it, then accept it with: hybridrep release \(job) \(Self.number(point))"
        case .acceptedDamage: "repair the source, then: hybridrep run \(job)"
        case .unproved: "verify it with: hybridrep verify \(job) --target \(target)"
        case .readOverdue: "read them with: hybridrep verify \(job) --target \(target) --full"
        case .rehearsalOverdue, .rehearsalFailed, .restoreUnmeasured:
            "try one with: hybridrep rehearse \(job) --target \(target)"
        case .restoreTooSlow:
            "use a faster line or a nearer target, then measure with: hybridrep rehearse \(job) --target \(target)"
        case .fromTheFuture: "set the clocks of both hosts"
        case .spaceShort, .nearlyFull:
            "give the store more disk or a larger quota, or keep fewer points there"
        case .suspended: "end the suspension with: hybridrep resume \(job)"
        }
    }

    private static func number(_ point: String) -> Substring { point.prefix { $0 != "-" } }

    private static func list(_ points: [UInt64]) -> String {
        points.prefix(10).map(String.init).joined(separator: ", ")
            + (points.count > 10 ? " and \(points.count - 10) more" : "")
    }
}
