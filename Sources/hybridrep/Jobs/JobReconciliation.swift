internal import DeltaSync
internal import OffsiteStore
internal import Platform
internal import Verify

/// Makes targets whole again: every byte that their newest points need is proved, and what is lost shipped anew.
struct JobReconciliation {
    let context: JobContext
    let options: BackupOptions
    /// Is told what was found and committed.
    let tally: RunOutcome

    private var job: Name { context.job.name }
    private var session: CommandContext { context.session }

    func run(of targets: [TargetConfiguration]) throws -> ExitStatus {
        var verdicts: [ExitStatus] = []
        var toShip: [TargetConfiguration] = []
        for target in targets {
            do {
                guard try isWhole(target) else {
                    toShip.append(target)
                    continue
                }
                tally.note(target.name) { $0.verdict = .good }
                verdicts.append(.good)
            } catch {
                let failure = CommandFailure(wrapping: error)
                session.console.failure(
                    failure, of: "reconcile \(job) at \(target.name)", job: job, target: target.name)
                tally.note(target.name, failure)
                verdicts.append(failure.verdict)
            }
        }
        if !toShip.isEmpty {
            let run = JobRun(context: context, options: options, tally: tally)
            verdicts.append(try run.shipNewest(to: toShip, provingFully: true))
        }
        return ExitStatus.ofJob(targets: verdicts)
    }

    /// How a target's newest point stands to what this host remembers of the target.
    private enum Agreement {
        case same
        /// This host remembers nothing, or an older point.
        case ahead
        case contradicted
    }

    /// True when the newest point of a target is proved, and does not contradict what this host remembers.
    ///
    /// A store that is ahead of this host's memory needs nothing: the next push begins at its newest point.
    private func isWhole(_ target: TargetConfiguration) throws -> Bool {
        let store = try context.connection.open(target)
        let repository = try Repository(store, job: job)
        guard let newest = try repository.generations().last else { return false }
        let request = CheckRequest(job: job, generation: newest, level: .full, seed: 0)
        let label = "reconcile \(job) at \(target.name)"
        let report = try store.check(request) { (report) throws(StoreError) in
            session.console.progress(Progress(label: label, verification: .hashing(report)))
            if Interruption.cause != nil { throw .interrupted }
        }
        let digest = try repository.undamaged(newest)?.digest
        let memory = context.state.target(target.name)
        let agreement =
            if let memory, memory.store != repository.storeID || memory.generation > newest {
                Agreement.contradicted
            } else if let memory, memory.generation == newest {
                memory.digest == digest ? Agreement.same : .contradicted
            } else { Agreement.ahead }
        try store.close()
        tell(report, newest, agreement, target.name)
        return report.isGood && agreement != .contradicted
    }

    private func tell(
        _ report: CheckReport, _ newest: UInt64, _ agreement: Agreement, _ target: Name
    ) {
        let finding =
            if !report.isGood {
                "is damaged: \(report.damage.first?.object ?? "nothing is there"), \(report.damage.count.counted("object")) in all"
            } else {
                switch agreement {
                case .same: "is whole"
                case .ahead: "is whole, and newer than what this host remembers"
                case .contradicted: "is whole, but not the one this host remembers"
                }
            }
        session.console.result(
            "\(job) at \(target): point \(newest) \(finding); \(report.hashedObjects) of \(report.objectsToHash) "
                + "objects hashed (\(HumanQuantity.bytes(report.hashedBytes)))")
        session.console.result(
            JSONMessage(
                .status, job: job, target: target,
                [
                    "generation": .integer(Int(clamping: newest)), "good": .bool(report.isGood),
                    "remembered": .bool(agreement == .same), "objects_hashed": .integer(report.hashedObjects),
                    "bytes_hashed": .integer(report.hashedBytes),
                    "damage": .array(report.damage.map { .string($0.object) }),
                ]))
    }
}
