internal import StoreFormat
internal import OffsiteStore
internal import Platform

/// Looks at what the next run and retention read of a job in a store: its newest point's map, tombstones, and owners.
struct StoreCheckup {
    let job: Name
    let target: Name
    /// The store itself.
    let place: any ObjectStore
    let repository: Repository

    func findings() throws(StoreError) -> [Finding] {
        var findings = [try content()]
        // Over a wire the far end reads its own tombstones and knows its own owners.
        guard let folder = (place as? LocalStoreService)?.storage as? DirectoryStorage else {
            return findings
        }
        findings.append(tombstones())
        findings.append(try owners(folder))
        return findings
    }

    /// The map of the newest point, read by the store itself, and what it refers to.
    private func content() throws(StoreError) -> Finding {
        let check = "content"
        guard let newest = try repository.newestUndamaged() else {
            return .good(check, target, "no point yet")
        }
        let request = CheckRequest(job: job, generation: newest.point.generation, level: .base, seed: 0)
        let report = try place.check(request) { _ in }
        let what = "point \(newest.point.generation)"
        guard let first = report.damage.first else {
            return .good(check, target, "\(what): its map and its \(report.presentObjects) objects")
        }
        let more = report.damage.count > 1 ? ", and \(report.damage.count - 1) more" : ""
        return .failed(
            .verification, check, target, "\(what): \(first.object): \(first.reason)\(more)",
            next: "hybridrep verify \(job) --target \(target) --full")
    }

    private func tombstones() -> Finding {
        let check = "tombstones"
        do throws(StoreError) {
            let count = try repository.forgottenCount()
            return .good(
                check, target,
                count == 0
                    ? "nothing was forgotten"
                    : "\(count.counted("point")) \(count == 1 ? "was" : "were") forgotten")
        } catch {
            return .failed(
                check, target, error, otherwise: "hybridrep verify \(job) --target \(target)")
        }
    }

    private func owners(_ folder: DirectoryStorage) throws(StoreError) -> Finding {
        let check = "owners"
        let found = try folder.foreignFiles(of: job)
        let owner = HostIdentity.userName(found.owner) ?? String(found.owner)
        guard let first = found.paths.first else {
            return .good(check, target, "all files of the job belong to \(owner)")
        }
        let more = found.paths.count > 1 ? ", and \(found.paths.count - 1) more" : ""
        return .warning(
            check, target, "\(first)\(more) does not belong to \(owner), to whom the store belongs",
            next: "chown -R \(ShellQuote.posix([owner, folder.root]))")
    }
}
