internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Its plots.
extension ReportSection {
    func charts(_ known: TargetReport.Known) -> [String] {
        let points = known.history.points
        let stored = Self.stored(points)
        func chart(
            _ title: String, _ unit: String, _ values: [(time: Int64, value: Double)],
            limit: (value: Double, name: String)? = nil, mark: String? = nil
        ) -> String {
            let svg = LineChart(
                title: title, unit: unit, values: values, limit: limit, mark: mark
            ).svg
            return svg.isEmpty ? "" : "<figcaption>\(title)</figcaption>\n" + svg
        }
        let restores = known.history.rehearsals.compactMap { rehearsal in
            rehearsal.isGood ? rehearsal.evidence.map { (rehearsal.time.seconds, $0.restoreSeconds) } : nil
        }
        let coverage = known.history.coverage
        let end = report.scope.made.seconds
        return [
            chart(
                "Share of the bytes read again within \(HumanQuantity.age(coverage.seconds))", "%",
                steps(known).map { ($0.time, 100 * $0.share) }, limit: (100, "every byte"),
                mark: "\(HumanQuantity.percent(coverage.share(at: end))) at the end"),
            chart(
                "Time of rehearsed restores", "s", restores,
                limit: known.status.promises.restoreWithin.map { (Double($0), "rto") }),
            chart(
                "Time without a new good point", "s",
                report.gaps.map { ($0.time, Double($0.seconds)) },
                limit: known.status.promises.recoveryPoint.map { (Double($0), "rpo") }),
            chart(
                "Length of the image", "B",
                report.fulls.map { ($0.point.sourceTime.seconds, Double($0.point.layout.length)) }),
            chart(
                "Bytes stored for each point after the first", "B",
                points.filter { $0.point.parent != nil }.map {
                    ($0.point.sourceTime.seconds, Double($0.point.counts.shippedBytes))
                }),
            chart(
                "Bytes stored for all of them together", "B", stored,
                limit: Self.full(known.status, having: stored).map { ($0, "full") }),
            chart(
                "Share of the blocks that changed", "%",
                report.fulls.filter { $0.point.parent != nil }.map {
                    (
                        $0.point.sourceTime.seconds,
                        100 * Double($0.point.counts.changedBlocks) / Double(max(1, $0.point.counts.blocks))
                    )
                }),
        ]
    }

    /// When how much was stored for all points, the first of the job left out.
    private static func stored(_ points: [StoredPoint]) -> [(time: Int64, value: Double)] {
        var sum = 0
        return points.filter { $0.point.parent != nil }.map { stored in
            sum = sum.saturatingAdd(stored.point.counts.shippedBytes)
            return (stored.receipt.received.seconds, Double(sum))
        }
    }

    /// Where that ends, if it does soon: the line of a large disk would press all others to the ground.
    private static func full(_ status: JobStatus, having stored: [(time: Int64, value: Double)]) -> Double? {
        guard let forecast = status.forecast, case .days(let days) = forecast.outlook,
            days < SpaceForecast.shortDays
        else { return nil }
        return (stored.last?.value ?? 0) + Double(forecast.space.availableBytes)
    }

    /// Of the coverage, from when there was a point; none where there is none yet.
    private func steps(_ known: TargetReport.Known) -> [(time: Int64, share: Double)] {
        let history = known.history
        let count = known.status.evidence.pointCount
        guard count > 0 else { return [] }
        let isAll = history.points.count + history.unreadable.count == count
        let first = isAll ? history.points.first?.receipt.received : nil
        let start = max(report.scope.since, first ?? report.scope.since)
        return history.coverage.steps(from: start.seconds, to: report.scope.made.seconds)
    }
}
