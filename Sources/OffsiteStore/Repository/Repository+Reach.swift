internal import Platform
internal import StoreFormat

extension Repository {
    /// Damaged objects, each with all points that need it: a check of one point names that alone.
    ///
    /// Each costs a look at what every point needs, and one object that is read; of many objects the first few are looked up.
    package func reach(_ damage: [CheckReport.Damage]) throws(StoreError) -> [CheckReport.Damage] {
        var reached = damage
        var left = 8
        for (index, found) in damage.enumerated() where left > 0 {
            guard let digest = ObjectKey(path: found.object)?.digest else { continue }
            left -= 1
            let arc = DigestRange(start: DigestRange.position(of: digest), length: 1)
            let report = try store.check(CheckRequest(job: job.name, part: .init(arc: arc))) { _ in }
            for again in report.damage where again.object == found.object {
                reached[index].points = Set(found.points + again.points).sorted()
            }
        }
        return reached
    }
}
