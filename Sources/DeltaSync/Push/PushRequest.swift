package import Platform
package import StoreFormat

/// What is shipped as a point, and what is said of it.
package struct PushRequest {
    /// What the point restores to.
    package enum Kind: Equatable, Sendable {
        case full
        /// The logs that continue the full with this image digest.
        case logs(of: Digest256)
    }

    package let image: ShippedImage
    package let kind: Kind
    package let health: Point.Health
    /// When the source was read.
    package let sourceTime: Timestamp
    package let pages: PageCounts
    /// JSON about the source, kept with the point.
    package let sourceFacts: [UInt8]
    package let level: CompressionLevel
    /// Compares what looks unchanged with the base byte by byte.
    package let comparesFully: Bool
    /// Proves every byte of the base in the store, not a sample.
    package let provesFully: Bool
    /// Whether a full that is unlike all before it is committed as suspicious.
    package var isGated = false
    /// Why the image is suspicious by itself.
    package var suspicions: [Point.Hold.Reason] = []
    /// What an older point's facts say of its source; of one that this host has committed, or of one that it does not know.
    package var kinship: @Sendable (_ older: Point, _ isKnown: Bool) -> Kinship = { _, _ in .same }
    /// Whether this host takes the job over from another host or source.
    package var adopts = false
    /// Why the facts of an older point say that this is another source; nil where they do not.
    package var otherSource: @Sendable (_ older: [UInt8]) -> String? = { _ in nil }
    /// What an older point has that the image should have, and does not, as a reason to hold it; nil for nothing.
    package var lack: @Sendable (_ older: Point) -> String? = { _ in nil }

    /// Pages that were checked while the image was made; all zero for what has no pages.
    package struct PageCounts: Equatable, Sendable {
        package let seen: Int
        package let blank: Int
        package let bad: Int

        package init(seen: Int = 0, blank: Int = 0, bad: Int = 0) {
            self.seen = seen
            self.blank = blank
            self.bad = bad
        }
    }

    package init(
        image: ShippedImage, kind: Kind, health: Point.Health, sourceTime: Timestamp, pages: PageCounts,
        sourceFacts: [UInt8], level: CompressionLevel, comparesFully: Bool = false,
        provesFully: Bool = false
    ) {
        self.image = image
        self.kind = kind
        self.health = health
        self.sourceTime = sourceTime
        self.pages = pages
        self.sourceFacts = sourceFacts
        self.level = level
        self.comparesFully = comparesFully
        self.provesFully = provesFully
    }
}

/// What a push did.
package struct PushResult: Equatable, Sendable {
    package let point: Point
    /// Id of the point it was built upon; nil for a first one.
    package internal(set) var parentID: String?
    /// True when this host had the base's signature; else it was read back from the store.
    package internal(set) var hadLocalBase = true
    /// Stored bytes that pushes before this one, which came to no point, had shipped.
    package internal(set) var resumedBytes = 0
    /// Why this host could not write down what was committed; that costs time only.
    package internal(set) var stateFailure: SystemError?
    /// What a full comparison found; nil where there was none, or no base to compare with.
    package internal(set) var comparison: FullComparison.Result?
    /// Points that no run of this program has made, or that do not restore, newer than what this host knew; the newest first.
    package internal(set) var strangers: [Stranger] = []
    /// Points that were there beside strangers, and that nobody has looked at; rising.
    package internal(set) var unexamined: [UInt64] = []
    /// Points that earlier pushes have told of, and that are still there and accepted by nobody.
    package internal(set) var remaining = KnownStrangers([])
    /// How many points the target has, with the new one.
    package internal(set) var pointCount = 0
    /// What of the base the store has lost; nil when that was as it should be.
    package internal(set) var baseDamage: BaseDamage?
    /// Why the point is held; empty where it is not.
    package var heldBecause: [String] { point.hold?.sentences(point.kind) ?? [] }

    init(point: Point) { self.point = point }

    /// A point that nothing is built upon, since this host does not know it.
    package struct Stranger: Equatable, Sendable {
        package let point: Point.Reference
        package let kind: KnownStrangers.Kind
        package let reason: String

        init(point: Point.Reference, kind: KnownStrangers.Kind = .forged, reason: String) {
            self.point = point
            self.kind = kind
            self.reason = reason
        }
    }
}
