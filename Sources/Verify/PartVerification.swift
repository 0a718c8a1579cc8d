internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Reads a part of a job's objects where they are, going on where the last one stopped.
///
/// Parts go round the circle of the objects' names, so what was read longest ago is always next.
struct PartVerification {
    private let repository: Repository

    init(_ repository: Repository) {
        self.repository = repository
    }

    /// - Parameter part: How much.
    func run(
        _ part: PointVerification.Part, progress: (CheckReport) throws(StoreError) -> Void
    ) throws(StoreError) -> (check: CheckReport, arc: DigestRange) {
        let start = try next()
        let asked = DigestRange(start: start, share: part.share)
        let request = CheckRequest(job: repository.job.name, part: .init(arc: asked, seconds: part.seconds))
        let report = try repository.store.check(request, progress: progress)
        let end = report.readTo ?? start
        return (report, end == asked.end ? asked : DigestRange(from: start, to: end))
    }

    /// Where the last one stopped; anywhere for the first.
    private func next() throws(StoreError) -> UInt64 {
        var found: UInt64 = 0
        try repository.notes().newest(.verified) { note in
            guard let arc = note.note.arc else { return true }
            found = arc.end
            return false
        }
        return found
    }
}
