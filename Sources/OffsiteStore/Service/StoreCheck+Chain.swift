internal import Platform
internal import StoreFormat

extension StoreCheck {
    /// Compares what a point says of its full and of the point before it with what is there.
    ///
    /// Of one point alone only the full matters: the point before it may be of any history without harm to it.
    mutating func checkReferences(of stored: StoredPoint, _ generations: [UInt64]) throws(StoreError) {
        let generation = stored.point.generation
        if let full = stored.point.full {
            let key = ObjectKey.point(request.job, full.generation)
            if !generations.contains(full.generation) {
                report.neededObjects += 1
                add(.init(object: key.path, reason: "is missing", points: [generation]))
            } else if let digest = digests[full.generation], digest != full.digest {
                let reason = "is not the full that point \(generation) continues"
                add(.init(object: key.path, reason: reason, points: [generation]))
            }
        }
        guard request.generation == nil, let parent = stored.point.parent else { return }
        let key = ObjectKey.point(request.job, parent.generation)
        if !generations.contains(parent.generation) {
            guard try !isForgotten(parent.generation) else { return }
            report.neededObjects += 1
            add(.init(object: key.path, reason: "is missing", points: [parent.generation]))
        } else if let digest = digests[parent.generation], digest != parent.digest {
            let reason = "is not the point that point \(generation) follows"
            add(.init(object: key.path, reason: reason, points: [parent.generation]))
        }
    }

    /// True if a point that is not there was forgotten, not lost.
    ///
    /// Tombstones are read when the first point is missing: a point that is forgotten meanwhile has its tombstone first. A
    /// damaged tombstone says nothing; one that may not be read is an error.
    func isForgotten(_ generation: UInt64) throws(StoreError) -> Bool {
        do throws(StoreError) {
            return try repository.newestTombstone()?.covers(generation)
                ?? false
        } catch {
            guard error.tellsOfDamage else { throw error }
            return false
        }
    }
}
