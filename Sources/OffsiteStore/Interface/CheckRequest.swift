package import Platform
package import StoreFormat

/// A request to verify a job's objects where they are.
package struct CheckRequest: Equatable, Sendable {
    package enum Level: UInt8, Sendable {
        /// Everything needed is there with the right length; a sample of the new packs is hashed, one of the others
        /// verified by check values.
        case quick = 0
        /// Every byte is hashed.
        case full = 1
        /// Everything needed is there with the right length; of the frames that are needed a few are proved by check
        /// values: what a push wants to know of what it is built upon.
        case base = 2
        /// Everything needed is there with the right length; of all objects, those in a part of the circle of their names
        /// are hashed.
        case part = 3
    }
    /// The objects that a partial check reads: those of an arc in the order of their names, until the time is over.
    package struct Part: Equatable, Sendable {
        package let arc: DigestRange
        /// After which no further object is begun; nil for as long as it takes.
        package let seconds: Int?

        package init(arc: DigestRange, seconds: Int? = nil) {
            self.arc = arc
            self.seconds = seconds
        }
    }
    /// Bytes of the newest point's packs, and of older ones, that a quick check verifies; at least one pack of each.
    package static let sampledBytes = 64 << 20
    /// Frames of at most a MiB of content that the proof of a base reads: some milliseconds, of a disk that turns some
    /// tens.
    package static let sampledFrames = 8

    package let job: Name
    /// Nil for every point of the job.
    package let generation: UInt64?
    package let level: Level
    /// Chooses the sample.
    package let seed: UInt64
    /// At the level ``Level/part``, and no other.
    package let part: Part?

    package init(job: Name, generation: UInt64?, level: Level, seed: UInt64) {
        self.job = job
        self.generation = generation
        self.level = level
        self.seed = seed
        part = nil
    }

    /// A part of all objects of the job.
    package init(job: Name, part: Part) {
        self.job = job
        generation = nil
        level = .part
        seed = 0
        self.part = part
    }
}

/// The findings of a check, every count with its total.
package struct CheckReport: Equatable, Sendable {
    package struct Damage: Equatable, Sendable {
        /// Path of the object below the store.
        package let object: String
        package let reason: String
        /// Generations whose restore needs it.
        package var points: [UInt64]

        package init(object: String, reason: String, points: [UInt64]) {
            self.object = object
            self.reason = reason
            self.points = points
        }
    }
    package var points = 0
    /// Objects that the points need, and those found with the right length.
    package var neededObjects = 0
    package var presentObjects = 0
    /// Objects to hash, and those hashed so far; frames in the verification of a base.
    package var objectsToHash = 0
    package var hashedObjects = 0
    package var hashedBytes = 0
    /// The end of a partial check: the first position after what was read.
    package var readTo: UInt64?
    package var damage: [Damage] = []
    package static let maximumDamage = 1_000
    /// Points that all of them name together, from a far end.
    package static let maximumNamedPoints = 1 << 20

    package init() {}

    /// True when something was checked and all of it was good.
    package var isGood: Bool { points > 0 && neededObjects > 0 && damage.isEmpty }
}
