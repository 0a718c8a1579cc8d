package import Platform
package import StoreFormat

/// How much of a job's bytes had been read again within a time, at each moment of another.
///
/// The bytes of a verification count until that time is over, so the share rises and falls in steps.
package struct ReadCoverage: Sendable {
    /// A month, where nothing was promised.
    package static let usualSeconds = 30 * 86_400
    /// Moments that are looked at; of more, as many in even steps.
    private static let mostMoments = 150

    struct Reading: Sendable {
        let time: Timestamp
        let arc: DigestRange
    }

    /// For how long what was read counts.
    package let seconds: Int
    private var readings: [Reading] = []

    package init(within seconds: Int) { self.seconds = seconds }

    package mutating func add(_ arc: DigestRange, at time: Timestamp) {
        readings.append(Reading(time: time, arc: arc))
    }

    /// From 0 to 1.
    package func share(at time: Int64) -> Double {
        var cover = DigestCoverage()
        for reading in readings
        where (time.saturatingSubtract(Int64(max(0, seconds)))...time).contains(reading.time.seconds) {
            cover.insert(reading.arc)
        }
        return cover.share
    }

    /// Seconds and share: at both ends, and before and after each step between them.
    package func steps(from start: Int64, to end: Int64) -> [(time: Int64, share: Double)] {
        guard start < end else { return [(end, share(at: end))] }
        let changes = Set(
            readings.flatMap {
                [$0.time.seconds, $0.time.seconds.saturatingAdd(Int64(seconds)).saturatingAdd(1)]
            }
        )
        .filter { $0 > start && $0 <= end }.sorted()
        var moments = [start] + changes.flatMap { [$0 - 1, $0] } + [end]
        if changes.count > Self.mostMoments {
            let step = Double(end - start) / Double(Self.mostMoments)
            moments = (0...Self.mostMoments).map { start + Int64(Double($0) * step) }
        }
        return moments.map { ($0, share(at: $0)) }
    }
}
