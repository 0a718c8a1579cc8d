package import OffsiteStore
package import Platform

extension SpaceForecast {
    /// Points of each job that are read at most: a month of nights, or some days of hours.
    private static let mostPoints = 64

    /// Asks a store: its room, and what all its jobs have stored of late.
    package init(asking store: any ObjectStore, now: Timestamp) throws(StoreError) {
        let space = try store.space()
        var jobs: [[Growth]] = []
        for job in try store.jobs() {
            let points = try PointReader(store, job: job)
            let newest = try store.list(.point, job: job).suffix(Self.mostPoints)
            var found: [Growth] = []
            try store.wholes(Array(newest), limit: Point.maximumBytes + Receipt.byteCount) {
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
        self.init(jobs, space, now: now)
    }
}
