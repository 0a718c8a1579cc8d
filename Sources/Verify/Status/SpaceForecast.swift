package import OffsiteStore
package import Platform
internal import StoreFormat

/// How long a store's room lasts at the rate of late: pure, a clock's time in, days out.
package struct SpaceForecast: Equatable, Sendable {
    /// The bytes that a job stored for one point.
    package struct Growth: Equatable, Sendable {
        /// When the store received it.
        package let received: Timestamp
        package let bytes: Int
        /// True for the first point of a job, whose size is no rate of growth.
        package let isFirst: Bool

        package init(received: Timestamp, bytes: Int, isFirst: Bool) {
            self.received = received
            self.bytes = bytes
            self.isFirst = isFirst
        }
    }

    package enum Outlook: Equatable, Sendable {
        case days(Int)
        /// Points are forgotten there too, and what that makes free is not known.
        case daysAtLeast(Int)
        /// Nothing is stored for new points.
        case endless
        /// There are no two points of the time that is looked at, with a day between the first and now.
        case noHistory
        /// The file system does not tell its size.
        case noSize
    }

    /// How far back is looked.
    package static let seconds: Int64 = 30 * 86_400
    /// Below which there is something to do.
    package static let shortDays = 60
    /// Below which there is little time to do it.
    package static let scarceDays = 30
    private static let leastSeconds: Int64 = 86_400
    private static let mostDays = 36_500

    package let space: SpaceStatus
    /// Nil where the outlook says why.
    package let bytesPerDay: Int?
    package let outlook: Outlook

    /// - Parameters:
    ///   - jobs: Of each job in the store its newest points; what is older than ``seconds`` is passed over.
    ///   - forgets: Whether points of any of them have gone.
    package init(_ jobs: [[Growth]], _ space: SpaceStatus, forgets: Bool = false, now: Timestamp) {
        self.space = space
        guard space.totalBytes > 0 else {
            (bytesPerDay, outlook) = (nil, .noSize)
            return
        }
        let rates = jobs.compactMap { Self.bytesPerDay($0, now) }
        guard !rates.isEmpty else {
            (bytesPerDay, outlook) = (nil, .noHistory)
            return
        }
        let rate = rates.reduce(0, +)
        bytesPerDay = Int(saturating: rate.rounded())
        let days = rate > 0 ? Double(space.availableBytes) / rate : .infinity
        outlook =
            if days >= Double(Self.mostDays) { .endless } else if forgets {
                .daysAtLeast(Int(saturating: days))
            } else {
                .days(Int(saturating: days))
            }
    }

    /// Bytes a day of one job; nil where that cannot be told.
    private static func bytesPerDay(_ points: [Growth], _ now: Timestamp) -> Double? {
        let young = points.filter { $0.received.seconds >= now.seconds - seconds && $0.received <= now }
        guard young.count >= 2, let start = young.map(\.received.seconds).min() else { return nil }
        let span = now.seconds - start
        guard span >= leastSeconds else { return nil }
        // The oldest one begins the time that is counted; what it took is before it.
        let oldest = young.firstIndex { $0.received.seconds == start }
        let bytes = young.enumerated().reduce(0.0) { sum, point in
            point.offset == oldest || point.element.isFirst ? sum : sum + Double(point.element.bytes)
        }
        return bytes / (Double(span) / 86_400)
    }
}

extension SpaceForecast {
    /// Points of each job that are read at most: a month of nights, or ten days of hours.
    private static let mostPoints = 256

    /// Asks a store: its room, and what all its jobs have stored of late.
    ///
    /// - Parameter visit: Is given each point that is read for it, and its job.
    package init(
        asking store: any ObjectStore, now: Timestamp, visit: (Name, StoredPoint) -> Void = { _, _ in }
    ) throws(StoreError) {
        let space = try store.space()
        var jobs: [[Growth]] = []
        var forgets = false
        for job in try store.jobs() {
            let repository = try Repository(store, job: job)
            let listed = try store.list(.point, job: job)
            // Generations count from 1.
            forgets = forgets || UInt64(listed.count) < listed.last?.key.generation ?? 0
            var found: [Growth] = []
            try store.wholes(listed.suffix(Self.mostPoints), limit: Point.maximumBytes + Receipt.maximumBytes)
            {
                (key, bytes) throws(StoreError) in
                // One that is damaged is another's concern.
                guard let generation = key.generation,
                    let stored = try? repository.parse(bytes.get(), generation)
                else {
                    return
                }
                visit(job, stored)
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

extension SpaceStatus {
    /// Share of the space below which a run warns.
    private static let scarcePercent = 5

    package var isScarce: Bool { availableBytes < totalBytes / 100 * Self.scarcePercent }
}
