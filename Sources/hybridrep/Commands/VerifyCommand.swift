internal import ArgumentParser
internal import BackupStream
internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// Proves that points are intact.
struct VerifyCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify a point, or every object of the job, and report damage.",
        discussion: HelpExamples.text([
            "verify mdb01": "Check that every object exists and hash a sample: minutes.",
            "verify mdb01 --full": "Hash every byte and rebuild the newest image.",
            "verify mdb01 42 --full": "That for one point.",
            "verify mdb01 --full --repair":
                "Repair damage from another target, or ship it again.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var selection: StoreSource
    @Argument(
        help: ArgumentHelp(
            "A job of the configuration, or of the store that --store names.", valueName: "job"),
        completion: Completion.jobs)
    var jobAsked: String?
    @Argument(
        help: "latest, a generation, or a point's id; default: all points.", completion: Completion.points)
    var point: String?
    @OptionGroup var level: VerifyLevel
    @Flag(
        help:
            "Repair damaged objects from the job's other targets; ship the newest image again if necessary."
    ) var repair = false
    @Option(
        help: ArgumentHelp(
            "With --repair: repair from this target, or without configuration from ssh://[user@]host[:port]/path or a folder.",
            valueName: "store"), completion: Completion.targets)
    var from: String?

    var job: String { jobAsked ?? "" }
    var subject: String { jobAsked == nil ? "verify" : "verify \(job)" + (point.map { " \($0)" } ?? "") }
    var storeWords: [String] { selection.store.map(overrides.storeWords) ?? [] }

    func validate() throws {
        if level.readsAPart, point != nil {
            throw ValidationError("--sample and --budget read a part of the whole job, not of one point")
        }
        guard repair || from == nil else { throw ValidationError("--from goes with --repair") }
        guard !repair || from != nil || selection.store == nil else {
            throw ValidationError("--repair of a store without configuration needs --from")
        }
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let question = JobQuestion(
            session: session, options: options, overrides: overrides, store: selection.store)
        _ = try question.require(jobAsked)
        let wanted = try point.map { try PointSelection($0) }
        return try selection.recording("verify", job: job, session, options, overrides) { tally in
            let opened = try selection.open(job: job, session, options, overrides)
            return try JobHooks.calling(.postVerify, of: opened.hooks) {
                try prove(opened, wanted, session, tally)
            }
        }
    }

    private func prove(
        _ opened: StoreSource.Opened, _ wanted: PointSelection?, _ session: CommandContext,
        _ tally: RunOutcome
    ) throws -> ExitStatus {
        let repository = opened.repository
        let stored = try wanted.map { try $0.find(repository) }
        tally.note(opened.target) { $0.pointID = stored?.point.id }
        var result = try look(opened, stored, session)
        session.keep(result, level.choice, of: stored, opened)
        var mended: [CheckReport.Damage] = []
        let before = try repository.generations()
        // What only a damaged map names is missed when that map is there again.
        while repair, !result.check.damage.isEmpty {
            let damage = result.check.damage.filter { one in !mended.contains { $0.object == one.object } }
            let found = try makeRepair(opened, session).mend(damage, from: try sources(opened, session))
            guard !found.isEmpty else { break }
            mended += found
            result = try look(opened, stored, session)
            // A sample need not meet again what the one before has met.
            let met = Set(result.check.damage.map(\.object) + found.map(\.object))
            result.check.damage += damage.filter { !met.contains($0.object) }
            session.keep(result, level.choice, of: stored, opened)
        }
        if repair, selection.store == nil, !result.check.isGood {
            // The new point is proved on the way.
            try makeRepair(opened, session).shipAgain(
                result.check.damage, newest: try repository.generations().last)
        }
        let all = try repository.generations()
        if repair, level.choice == .full, selection.store == nil, !result.check.isGood, all != before {
            // Packs of older points stay lost, but a map that was shipped again has made them whole.
            let damaged = result.check.damage
            result = try look(opened, stored, session)
            let left = Set(result.check.damage.map(\.object))
            mended += damaged.filter { !left.contains($0.object) }
            session.keep(result, level.choice, of: stored, opened)
        }
        let damage = DamageInPoint(newestOf: result, opened, repository, session)
        try opened.store.close()
        tally.note(opened.target, opened.store.traffic)
        let report = VerificationReport(
            result: result, level: level.choice, damage: damage, mended: mended)
        for line in report.lines { session.console.result(line) }
        session.console.result(report.message(job: opened.job, target: opened.target))
        guard result.isGood else {
            let generation = stored?.point.generation
            throw CommandFailure(
                result, of: "job \(opened.job)" + (generation.map { " point \($0)" } ?? ""), damage,
                hint: try advice(opened, session).hint(
                    result.check.damagedPoints, of: all, isUnneeded: !result.check.damage.isEmpty))
        }
        // Either the store's disk wants to be looked at, or what was written was damaged, by option.
        return !mended.isEmpty || result.rebuilt.contains { $0.health != .good } ? .degraded : .good
    }

    private func look(
        _ opened: StoreSource.Opened, _ stored: StoredPoint?, _ session: CommandContext
    ) throws -> PointVerification.Result {
        let seed = try session.entropy.bytes(8)
        let label = "verify \(opened.job)"
        // It may have been repaired since it was verified last.
        opened.repository.forget()
        return try PointVerification(opened.repository, .host(session.files))
            .run(
                level.choice, generation: stored?.point.generation, part: level.part,
                seed: seed.span.uint64(at: 0)
            ) { (progress) throws(StoreError) in
                session.console.progress(Progress(label: label, verification: progress))
                if Interruption.cause != nil { throw .interrupted }
            }
    }

    private func advice(_ opened: StoreSource.Opened, _ session: CommandContext) throws -> DamageAdvice {
        guard let target = opened.target else {
            return DamageAdvice(
                job: opened.job, options: overrides.storeWords(selection.store ?? ""), isConfigured: false,
                hasOtherSource: false)
        }
        let configuration = try session.configuration(options, overrides)
        let context = JobContext(session, configuration, try configuration.job(job))
        return DamageAdvice(context, target, hasOtherSource: !repair)
    }

    private func makeRepair(_ opened: StoreSource.Opened, _ session: CommandContext) -> JobRepair {
        JobRepair(CopyEnds(session: session, options: options, overrides: overrides), opened)
    }

    /// Where to take from what is damaged.
    private func sources(_ opened: StoreSource.Opened, _ session: CommandContext) throws -> [String] {
        if let from { return [from] }
        let configuration = try session.configuration(options, overrides)
        let targets = try configuration.job(job).targets.value
        return targets.filter { $0 != opened.target }.map(\.description)
    }
}
