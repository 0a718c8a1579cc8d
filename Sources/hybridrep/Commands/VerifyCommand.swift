internal import ArgumentParser
internal import BackupStream
internal import Image
internal import OffsiteStore
internal import Platform
internal import Verify

/// Proves that points are intact.
struct VerifyCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove a point, or every object of the job, and say what is damaged.",
        discussion: HelpExamples.text([
            "verify mdb01": "Every object there, a sample hashed: minutes.",
            "verify mdb01 --full": "Every byte hashed, the newest image made again.",
            "verify mdb01 42 --full": "That for one point.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var selection: StoreSelection
    @Argument(help: "A job of the configuration, or of the store that --store names.") var job: String
    @Argument(help: "latest, a generation, or a point's id; all points by default.") var point: String?
    @OptionGroup var level: VerifyLevel

    var subject: String { "verify \(job)" + (point.map { " \($0)" } ?? "") }

    func validate() throws {
        if level.readsAPart, point != nil {
            throw ValidationError("--sample and --budget read a part of the whole job, not of one point")
        }
    }

    func perform(_ session: Session) throws -> Verdict {
        let wanted = try point.map { try PointSelection($0) }
        return try selection.recording("verify", job: job, session, options, overrides) { tally in
            let opened = try selection.open(job: job, session, options, overrides)
            return try JobHooks.calling(.postVerify, of: opened.hooks) {
                try prove(opened, wanted, session, tally)
            }
        }
    }

    private func prove(
        _ opened: StoreSelection.Opened, _ wanted: PointSelection?, _ session: Session, _ tally: RunTally
    ) throws -> Verdict {
        let points = try PointReader(opened.store, job: opened.job)
        let found = try wanted.map { try $0.find(points) }
        tally.note(opened.target) { $0.pointID = found?.point.id }
        let seed = try session.entropy.bytes(8)
        let label = "verify \(opened.job)"
        let result = try PointVerification(opened.store, job: opened.job, .host(session.files))
            .run(
                level.choice, generation: found?.point.generation, part: level.part,
                seed: seed.span.uint64(at: 0)
            ) { (progress) throws(StoreError) in
                session.console.progress(Progress(label: label, verification: progress))
                if Interruption.cause != nil { throw .interrupted }
            }
        session.keep(result, level.choice, of: found, opened)
        let damage = DamageInPoint(newestOf: result, opened, points, session)
        try opened.store.close()
        tally.note(opened.target, opened.store.traffic)
        let report = VerificationReport(result: result, level: level.choice, damage: damage)
        for line in report.lines { session.console.result(line) }
        session.console.result(report.message(job: opened.job, target: opened.target))
        guard result.isGood else {
            let generation = found?.point.generation
            throw CommandFailure(
                result, of: "job \(opened.job)" + (generation.map { " point \($0)" } ?? ""), damage)
        }
        // The store is as it was written; what was written was damaged, by option.
        return result.rebuilt.contains { $0.health != .good } ? .degraded : .good
    }
}
