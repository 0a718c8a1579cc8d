internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// What a delta is made against: the newest point of its own kind, kept apart from the other kind's.
///
/// The first log point of a full has that full as its base, since its logs are there already; it takes their
/// places over into a map of its own.
struct PushBase {
    /// Nil for a job's first point.
    let point: StoredPoint?
    /// The full of the log point that is made; nil when that is a full.
    let full: StoredPoint?
    var image: BaseImage?
    let map: LayeredMap
    /// False when the image had to be read back from the store, or this host has no bytes of it.
    let isLocal: Bool
    /// Where the store has lost the bytes of the base's image.
    var lost = MissingRanges()
    /// What of the base, and of points newer than it, was found damaged; nil when nothing was.
    var damage: BaseDamage?

    /// For an image that is shipped whole.
    static func none(of full: StoredPoint?) -> Self {
        Self(point: nil, full: full, image: nil, map: LayeredMap(), isLocal: true)
    }

    /// Names what is built upon: the point, and what of it is lost.
    ///
    /// A record that was made before that was known may be a delta against lost bytes.
    var digest: Digest256? {
        guard let point, !lost.ranges.isEmpty else { return point?.digest }
        let text = ([point.digest.description] + (damage?.objects ?? [])).joined(separator: "\n")
        return SHA256Hasher.hash(Array(text.utf8).span)
    }

    /// Notes that points are damaged that nothing is built upon.
    mutating func note(_ objects: [String], of points: [UInt64]) {
        var noted = damage ?? BaseDamage(objects: [])
        noted.objects += objects
        noted.points += points
        damage = noted
    }

    /// True for a full as base of a log point: the new map begins afresh.
    var isOtherKind: Bool { full != nil && point?.point.kind == .full }
}
