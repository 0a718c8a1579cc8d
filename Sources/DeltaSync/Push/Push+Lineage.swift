internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// Chooses the base of a push: a point that this host committed, or one that it has verified.
extension Push {
    /// - Throws: `wrongStore` where the target's points are of another host or source, and nobody has said that this one takes over.
    func lineage(
        of history: PointChain, _ left: InterruptedPushes, _ request: PushRequest
    ) throws(SyncError) -> Lineage {
        let intended = left.intent.map { Point.Reference(generation: $0.generation, digest: $0.point) }
        let own = [state.target(target)?.reference, intended].compactMap { $0 }
        let isAdopted = history.head.map { state.adopted(target) == $0.reference } ?? false
        let lineage = try Lineage(history, own: own, adopts: request.adopts || isAdopted) {
            request.kinship($0.point, $1)
        }
        guard let other = lineage.other else { return lineage }
        throw .wrongStore(
            "point \(other.point.point.id) of target \(target) is of another source, \(other.source): nothing is shipped",
            hint:
                "use another job name here; if this source takes job \(job.name) over: hybridrep run \(job.name) --adopt"
        )
    }

    /// The point that is built upon, nil for none, and the full that a log point continues.
    ///
    /// - Throws: `fullMissing` for logs of a full that is not the newest that this host knows.
    func choose(
        _ request: PushRequest, _ lineage: Lineage, _ points: PointReader,
        _ strangers: inout [PushResult.Stranger]
    ) throws(SyncError) -> (point: StoredPoint?, full: StoredPoint?) {
        let length = request.image.signature.layout.length
        switch request.kind {
        case .full:
            for (point, isKnown) in lineage.bases(ofAtMost: length) {
                if isKnown { return (point, nil) }
                if try proves(point, points, &strangers) { return (point, nil) }
            }
            return (nil, nil)
        case .logs(let image):
            guard let found = lineage.base(ofLogsOf: image, ofAtMost: length) else {
                throw .fullMissing(image)
            }
            if !found.isKnown {
                guard try proves(found.full, points, &strangers) else { throw .fullMissing(image) }
            }
            return (found.base, found.full)
        }
    }

    /// Whether a point's image can be made again and has its digest: every byte of it is decoded.
    private func proves(
        _ stored: StoredPoint, _ points: PointReader, _ strangers: inout [PushResult.Stranger]
    ) throws(SyncError) -> Bool {
        do throws(SyncError) {
            let rebuild = try ImageReader(stored.point, from: store, points, state: state, scratch)
            try rebuild.run({ _ in }) { _ in }
            return true
        } catch {
            guard case .damaged(let reason) = error else { throw error }
            strangers.append(PushResult.Stranger(point: stored.reference, reason: reason))
            return false
        }
    }
}
