internal import DeltaSync
internal import OffsiteStore
internal import Platform
internal import Verify

/// Makes targets whole again: every byte that their newest points need is proved, and what is lost shipped anew.
struct JobReconciliation {
    let context: JobContext
    let options: BackupOptions

    private var job: Name { context.job.name }
    private var session: Session { context.session }

    func run(of targets: [TargetConfiguration]) throws -> Verdict {
        var verdicts: [Verdict] = []
        var toShip: [TargetConfiguration] = []
        for target in targets {
            do {
                if try isWhole(target) { verdicts.append(.good) } else { toShip.append(target) }
            } catch {
                let failure = CommandFailure(wrapping: error)
                session.console.failure(
                    failure, of: "reconcile \(job) at \(target.name)", job: job, target: target.name)
                verdicts.append(failure.verdict)
            }
        }
        if !toShip.isEmpty {
            let run = JobRun(context: context, options: options)
            verdicts.append(try run.shipNewest(to: toShip, provingFully: true))
        }
        return Verdict.ofJob(targets: verdicts)
    }

    /// True when the newest point of a target is proved, and is the one that this host remembers.
    private func isWhole(_ target: TargetConfiguration) throws -> Bool {
        let store = try context.connection.open(target)
        let points = try PointReader(store, job: job)
        guard let newest = try points.generations().last else { return false }
        let request = CheckRequest(job: job, generation: newest, level: .full, seed: 0)
        let label = "reconcile \(job) at \(target.name)"
        let report = try store.check(request) { report in
            session.console.progress(Progress(label: label, verification: .hashing(report)))
        }
        let digest = try points.undamaged(newest)?.digest
        let memory = context.state.target(target.name)
        let isRemembered =
            memory?.store == points.storeID && memory?.generation == newest && memory?.digest == digest
        try store.close()
        tell(report, newest, isRemembered: isRemembered, target.name)
        return report.isGood && isRemembered
    }

    private func tell(_ report: CheckReport, _ newest: UInt64, isRemembered: Bool, _ target: Name) {
        let finding =
            if !report.isGood {
                "is damaged: \(report.damage.first?.object ?? "nothing is there"), \(report.damage.count) objects in all"
            } else if isRemembered { "is whole" } else { "is whole, but not the one this host remembers" }
        session.console.result(
            "\(job) at \(target): point \(newest) \(finding); \(report.hashedObjects) of \(report.objectsToHash) "
                + "objects hashed (\(HumanQuantity.bytes(report.hashedBytes)))")
        session.console.result(
            JSONMessage(
                .status, job: job, target: target,
                [
                    "generation": .integer(Int(clamping: newest)), "good": .bool(report.isGood),
                    "remembered": .bool(isRemembered), "objects_hashed": .integer(report.hashedObjects),
                    "bytes_hashed": .integer(report.hashedBytes),
                    "damage": .array(report.damage.map { .string($0.object) }),
                ]))
    }
}
