internal import Image
internal import OffsiteStore
internal import Platform

/// What a delta is made against: the newest point of its own kind, kept apart from the other kind's.
///
/// The first log point of a full has that full as its base, since its logs are there already; it takes their
/// places over into a map of its own.
struct PushBase {
    /// Nil for a job's first point.
    let point: StoredPoint?
    /// The full of the log point that is made; nil when that is a full.
    let full: StoredPoint?
    let image: BaseImage?
    let map: MapStack
    /// False when the image had to be read back from the store, or this host has no bytes of it.
    let isLocal: Bool

    /// True for a full as base of a log point: the new map begins afresh.
    var isOtherKind: Bool { full != nil && point?.point.kind == .full }

    /// - Parameters:
    ///   - head: The newest point of the target.
    ///   - read: A point of the target by its generation.
    /// - Throws: `fullMissing` for logs of a full that is not the target's newest.
    static func find(
        _ kind: PushRequest.Kind, head: StoredPoint?, read: (UInt64) throws(SyncError) -> StoredPoint
    ) throws(SyncError) -> (point: StoredPoint?, full: StoredPoint?) {
        let newestFull =
            if let reference = head?.point.full { try read(reference.generation) } else { head }
        switch kind {
        case .full: return (newestFull, nil)
        case .logs(let image):
            guard let newestFull, newestFull.point.imageDigest == image else { throw .fullMissing(image) }
            return (head, newestFull)
        }
    }
}
