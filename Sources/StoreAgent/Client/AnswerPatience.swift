internal import OffsiteStore
internal import Platform

/// How long an agent may answer a request with nothing but signs of life.
///
/// A heartbeat is no progress, and neither is a report that says nothing new: an agent that sends only those for longer
/// than its work can take is given up as one that is silent.
struct AnswerPatience {
    /// The amount of work that an answer takes.
    enum Work {
        /// Done at once: our agents send no heartbeat meanwhile.
        case prompt
        /// An object is hashed, a point is proved.
        case long
        /// All points of a job are read, and packs written anew.
        case collection
        /// Reports tell how far it is.
        case check
    }

    private static let promptSeconds = UInt64(TransportPatience.progressSeconds)
    private static let longSeconds: UInt64 = 30 * 60
    private static let collectionSeconds: UInt64 = 12 * 3600
    /// A check in all, however much its reports say has been done.
    private static let checkSeconds: UInt64 = 30 * 86_400
    private static let nanoseconds: UInt64 = 1_000_000_000

    private let work: Work
    private let clock: any Clock
    /// When the first sign of life came, and the first since something has moved.
    private var begun: UInt64?
    private var still: UInt64?
    /// How far the reports have come.
    private var reported = (objects: 0, bytes: 0)

    init(_ work: Work, _ clock: any Clock) {
        self.work = work
        self.clock = clock
    }

    /// Notes a sign of life.
    ///
    /// - Returns: How many seconds there has been nothing else, once that is too long.
    mutating func noteSignOfLife() -> Int? {
        let now = clock.monotonicNanoseconds
        let (begun, still) = (begun ?? now, still ?? now)
        (self.begun, self.still) = (begun, still)
        let silent = (now - still) / Self.nanoseconds
        if silent >= limit { return Int(silent) }
        let total = (now - begun) / Self.nanoseconds
        return work == .check && total >= Self.checkSeconds ? Int(total) : nil
    }

    /// Notes a report; one that says more than those before is progress.
    mutating func note(_ report: CheckReport) -> Int? {
        let objects = max(report.presentObjects, report.hashedObjects)
        if work == .check, objects > reported.objects || report.hashedBytes > reported.bytes {
            reported = (max(objects, reported.objects), max(report.hashedBytes, reported.bytes))
            still = nil
        }
        return noteSignOfLife()
    }

    private var limit: UInt64 {
        switch work {
        case .prompt: Self.promptSeconds
        case .long, .check: Self.longSeconds
        case .collection: Self.collectionSeconds
        }
    }
}

extension WireRequest {
    /// The work that its answer takes.
    var work: AnswerPatience.Work {
        switch self {
        case .check: .check
        case .collect, .dropJob: .collection
        case .uploadFinish, .commitFinish, .lock, .note, .adopt, .forget: .long
        default: .prompt
        }
    }
}
