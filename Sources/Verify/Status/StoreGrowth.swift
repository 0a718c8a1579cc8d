package import OffsiteStore
package import Platform
internal import StoreFormat

extension SpaceForecast {
    /// Points of each job that are read at most: a month of nights, or ten days of hours.
    private static let mostPoints = 256

    /// Asks a store: its room, and what all its jobs have stored of late.
    package init(asking store: any ObjectStore, now: Timestamp) throws(StoreError) {
        let space = try store.space()
        var jobs: [[Growth]] = []
        var forgets = false
        for job in try store.jobs() {
            let points = try PointReader(store, job: job)
            let listed = try store.list(.point, job: job)
            // Generations count from 1.
            forgets = forgets || UInt64(listed.count) < listed.last?.key.generation ?? 0
            var found: [Growth] = []
            try store.wholes(listed.suffix(Self.mostPoints), limit: Point.maximumBytes + Receipt.maximumBytes)
            {
                (key, bytes) throws(StoreError) in
                // One that is damaged is another's concern.
                guard let generation = key.generation, let stored = try? points.parse(bytes.get(), generation)
                else {
                    return
                }
                found.append(
                    Growth(
                        received: stored.receipt.received, bytes: stored.point.counts.shippedBytes,
                        isFirst: stored.point.parent == nil))
            }
            jobs.append(found)
        }
        self.init(jobs, space, forgets: forgets, now: now)
    }
}
