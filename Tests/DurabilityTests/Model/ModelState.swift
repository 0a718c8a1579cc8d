/// Everything that matters of a store, those who work in it, and what they were told.
///
/// A push is known by a number: 1 and 2 are the first pusher's, 3 and 4 the second's, 5 the one that proves that a push can succeed.
/// Push n ships pack n, whose bit in a set of packs is n - 1.
struct ModelState: Hashable {
    static let generations = 1...5
    static let prover = 2
    /// The pack that a collection may write again, and the bit of its copy.
    static let thinnedPack: UInt8 = 1
    static let copy: UInt8 = 1 << 5

    var packs = PackNames()
    var points = PointNames()
    /// By push: the packs that its point needs.
    var needs = Lanes()
    /// By generation: the push that was told that it has committed it, or 0.
    var acknowledged = Lanes()
    /// Two pushes were told of one generation.
    var isToldTwice = false
    private var first = Pusher()
    private var second = Pusher()
    private var third = Pusher()
    var collector = Collector()

    subscript(pusher index: Int) -> Pusher {
        get { index == 0 ? first : index == 1 ? second : third }
        set {
            switch index {
            case 0: first = newValue
            case 1: second = newValue
            default: third = newValue
            }
        }
    }

    /// Nobody is at work.
    var isQuiet: Bool {
        first.step == .idle && second.step == .idle && third.step == .idle && collector.step == .idle
    }

    /// Packs whose records can be had, from themselves or from a copy.
    var readable: UInt8 {
        packs.whole & Self.copy == 0 ? packs.whole : packs.whole | Self.thinnedPack
    }

    /// What all points that are there need.
    var marks: UInt8 {
        Self.generations.reduce(0) { $0 | (points.owner($1) == 0 ? 0 : needs[Int(points.owner($1))]) }
    }
}

/// One who pushes, from the lock to the answer.
///
/// It holds `lock` and `push.lock` as long as the step says so; they end with it.
struct Pusher: Hashable {
    enum Step: UInt8 {
        case idle
        /// Holds `lock` shared.
        case sharing
        /// Holds `push.lock`, too.
        case leading
        /// Has read the head, knows its generation and what it builds upon.
        case planned
        /// Its pack has its name.
        case shipped
        /// That name is durable.
        case packed
        /// Its generation is still the next; its intent is noted.
        case checked
        /// Its point has its name.
        case linked
        /// That name is durable.
        case durable
    }

    private var lanes = Lanes()
    var step: Step {
        get { Step(rawValue: lanes[0]) ?? .idle }
        set { lanes[0] = newValue.rawValue }
    }
    var generation: UInt8 {
        get { lanes[1] }
        set { lanes[1] = newValue }
    }
    var needs: UInt8 {
        get { lanes[2] }
        set { lanes[2] = newValue }
    }
    /// How many of its pushes are acknowledged.
    var done: UInt8 {
        get { lanes[3] }
        set { lanes[3] = newValue }
    }
    /// The generation that its journal says it was about to commit, or 0.
    var intent: UInt8 {
        get { lanes[4] }
        set { lanes[4] = newValue }
    }

    /// The end of a run, good, bad or by a crash: only what is on its disk is left.
    mutating func end() {
        step = .idle
        generation = 0
        needs = 0
    }
}

/// Moves the packs that no point needs out of the way, holding `lock` exclusively.
struct Collector: Hashable {
    enum Step: UInt8 {
        case idle, holding, marked
        /// What is needed of a pack has another name as well.
        case copied
        /// That name is durable.
        case copiedDurably
    }
    var step = Step.idle
    var marks: UInt8 = 0
}
