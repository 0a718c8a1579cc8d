package import BackupStream
internal import Image
package import OffsiteStore
package import Platform
package import Restore
package import StoreFormat

/// Proves a job's points: quickly by the store's side alone, fully by making an image again here.
package struct PointVerification {
    private let repository: Repository
    private let scratch: ScratchFolder

    /// - Parameter scratch: For the point's map.
    package init(_ repository: Repository, _ scratch: ScratchFolder) {
        self.repository = repository
        self.scratch = scratch
    }

    /// The result of a verification.
    package struct Result: Sendable {
        package var check: CheckReport
        /// The objects that were read, all that are there; nil for a sample, and for those of a point.
        package var arc: DigestRange?
        /// The points whose images were made again, a log point's full before it; none in a quick verification.
        package var rebuilt: [Point] = []
        /// The results of the page checks of its databases.
        package var pages: [StreamPageCheck.Finding] = []
        /// The faults of the rebuilt image, beyond damaged objects.
        package var faults: [String] = []
        /// The points whose images these are.
        package var faultyPoints: Set<UInt64> = []

        package init(check: CheckReport) { self.check = check }

        /// True when something was checked and nothing was wrong.
        package var isGood: Bool { check.isGood && faults.isEmpty }

        /// As a note names it.
        ///
        /// Where objects are damaged, an image made of them tells nothing more.
        var damageForNote: [Note.Damage] {
            guard check.damage.isEmpty else { return Note.Damage.list(check.damage) }
            let images = rebuilt.last?.id ?? "?"
            return Note.Damage.list(
                faults.map {
                    .init(object: $0, reason: "image of point \(images)", points: faultyPoints.sorted())
                })
        }
    }

    /// How much of a job is read at the level of a part: those objects first that were read longest ago.
    package struct Part: Sendable {
        /// Of all objects, above 0 up to 1.
        package let share: Double
        /// After which no further object is begun; nil for as long as it takes.
        package let seconds: Int?

        package init(share: Double, seconds: Int?) {
            self.share = share
            self.seconds = seconds
        }
    }

    /// How far a verification has come.
    package enum Progress: Sendable {
        case hashing(CheckReport)
        case rebuilding(doneBytes: Int, totalBytes: Int)
    }

    /// - Parameters:
    ///   - progress: Throws `interrupted` to end it.
    ///   - generation: Nil for every object of the job, and the newest point's image.
    ///   - part: At the level of a part, how much.
    ///   - seed: Chooses the sample of a quick verification.
    package func run(
        _ level: CheckRequest.Level, generation: UInt64?, part: Part? = nil, seed: UInt64,
        progress: (Progress) throws(StoreError) -> Void
    ) throws(SyncError) -> Result {
        var result: Result
        do throws(StoreError) {
            let hashing = { (report: CheckReport) throws(StoreError) in try progress(.hashing(report)) }
            if let part {
                let found = try PartVerification(repository).run(part, progress: hashing)
                result = Result(check: found.check)
                result.arc = found.arc
            } else {
                let request = CheckRequest(
                    job: repository.job.name, generation: generation, level: level, seed: seed)
                result = Result(check: try repository.store.check(request, progress: hashing))
            }
        } catch { throw .store(error) }
        guard level == .full else { return result }
        if generation == nil { result.arc = .whole }
        for point in try toRebuild(generation, &result) {
            result.rebuilt.append(point)
            do throws(SyncError) {
                try rebuild(point, &result, progress)
            } catch {
                switch error {
                case .damaged(let what), .unbounded(let what, _): result.faults.append(what)
                default: throw error
                }
                result.faultyPoints.insert(point.generation)
            }
        }
        return result
    }

    /// The point to make again, a log point's full before it; none when there is none, or it cannot be read,
    /// which the check has said.
    private func toRebuild(_ generation: UInt64?, _ result: inout Result) throws(SyncError) -> [Point] {
        do throws(StoreError) {
            let asked =
                if let generation { try repository.point(generation).point } else {
                    try repository.head()?.point
                }
            guard let asked else { return [] }
            return [try repository.full(of: asked)?.point, asked].compactMap { $0 }
        } catch {
            guard error.isDamage, !result.check.damage.isEmpty else { throw .store(error) }
            return []
        }
    }

    private func rebuild(
        _ point: Point, _ result: inout Result, _ progress: (Progress) throws(StoreError) -> Void
    ) throws(SyncError) {
        let total = point.layout.length
        var pages = StreamPageCheck(layout: point.layout)
        let image = try ImageReader(point, in: repository, state: nil, scratch)
        let told = { (done: Int) throws(SyncError) in
            do throws(StoreError) {
                try progress(.rebuilding(doneBytes: done, totalBytes: total))
            } catch { throw .store(error) }
        }
        try image.run(told) { (piece) throws(SyncError) in
            pages.append(piece)
        }
        let findings = pages.finish()
        result.pages += findings
        // A point that was committed as damaged has bad pages by its own word.
        guard point.health == .good else { return }
        for finding in findings {
            guard let fault = finding.fault else { continue }
            let name = finding.database.name
            result.faults.append(name.isEmpty ? fault : "\(name): \(fault)")
            result.faultyPoints.insert(point.generation)
        }
    }
}
