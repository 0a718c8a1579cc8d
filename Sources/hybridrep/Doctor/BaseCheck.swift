internal import BackupStream
internal import DeltaSync
internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// Looks whether what this host remembers of a target is what is there, and whether the next delta has its base.
struct BaseCheck {
    let context: JobContext
    let target: Name
    let repository: Repository

    private var job: Name { context.job.name }

    func findings() throws -> [Finding] {
        let generations = try repository.generations()
        guard let memory = context.state.target(target) else {
            guard let newest = generations.last else {
                return [.good("base", target, "no point yet: the next push is a first one")]
            }
            return [
                .warning(
                    "base", target, "this host has no record of point \(newest): it will be read back",
                    next: "hybridrep run \(job)")
            ]
        }
        do throws(SyncError) {
            try memory.check(repository.storeID, target: target, among: generations) {
                (generation) throws(SyncError) in
                do throws(StoreError) { return try repository.undamaged(generation)?.digest } catch {
                    throw .store(error)
                }
            }
        } catch { return [.failed("identity", target, error, otherwise: "hybridrep init \(target)")] }
        return [
            .good("identity", target, "the store that this host remembers"), try base(memory, generations),
        ]
    }

    private func base(_ memory: TargetMemory, _ generations: [UInt64]) throws -> Finding {
        if let newest = generations.last, newest > memory.generation {
            return .warning(
                "base", target, "it has point \(newest), and this host remembers \(memory.generation)",
                next:
                    "check whether another host pushes to it: hybridrep list \(job) --target \(target) --verbose"
            )
        }
        guard try repository.undamaged(memory.generation) != nil else {
            return .failed(
                .verification, "base", target, "point \(memory.generation) is damaged",
                next: "hybridrep reconcile \(job) --target \(target)")
        }
        let image = try context.spool().entry(imageDigest: memory.full.image, job: repository.job.id)
        let isKept = image?.imagePath != nil || context.job.keepBase.value == .none
        guard isKept else {
            return .warning(
                "base", target,
                "the image of point \(memory.generation) is not in the spool: changed blocks go whole",
                next: "hybridrep run \(job)")
        }
        return .good("base", target, "point \(memory.generation) is the newest, and its image is here")
    }
}
