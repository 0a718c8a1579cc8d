internal import ArgumentParser
internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Lists a job's points.
struct ListCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the recovery points of a job.",
        discussion: HelpExamples.text([
            "list mdb01": "The points, oldest first.",
            "list --store /srv/hybridrep": "The jobs of that store.",
            "list mdb01 --store ssh://backup@vault.example.net/srv/hybridrep":
                "The same on a host without configuration.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var selection: StoreSource
    @Argument(
        help: ArgumentHelp(
            "A job of the configuration, or of the store that --store names.", valueName: "job"),
        completion: Completion.jobs)
    var jobAsked: String?

    var job: String { jobAsked ?? "" }
    var subject: String { jobAsked == nil ? "list" : "list \(job)" }
    var storeWords: [String] { selection.store.map(overrides.storeWords) ?? [] }

    /// What a store has, for who does not know its jobs.
    private func listJobs(_ session: CommandContext) throws -> ExitStatus {
        let jobs = try JobQuestion(
            session: session, options: options, overrides: overrides, store: selection.store
        ).jobs()
        for job in jobs { session.console.result("\(job)") }
        session.console.result(
            JSONMessage(.summary, ["jobs": .array(jobs.map { .string("\($0)") })]))
        return .good
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        guard jobAsked != nil || selection.store == nil else { return try listJobs(session) }
        let question = JobQuestion(
            session: session, options: options, overrides: overrides, store: selection.store)
        _ = try question.require(jobAsked)
        let opened = try selection.open(job: job, session, options, overrides)
        let repository = opened.repository
        let marks = try PointMarks(repository.notes())
        var rows: [(cells: [String], remark: String)] = []
        var list: [JSONValue] = []
        var unreadable: [String] = []
        for generation in try repository.generations() {
            do throws(StoreError) {
                let stored = try repository.point(generation)
                let point = stored.point
                let facts = PointFacts(
                    stored, try repository.health(of: stored), pin: marks.pinned[stored.reference])
                rows.append(
                    (
                        [
                            point.id, "\(point.kind)", "\(stored.receipt.received)",
                            HumanQuantity.bytes(point.layout.length),
                            HumanQuantity.bytes(point.counts.shippedBytes), facts.healthWord,
                        ] + (options.verbose ? [stored.receipt.maker?.description ?? "unknown"] : []),
                        facts.remark
                    ))
                list.append(facts.listed)
            } catch {
                // One damaged point does not hide the others; the exit status tells.
                guard error.isDamage else { throw error }
                unreadable.append(error.description)
            }
        }
        try opened.store.close()
        let hasRemarks = rows.contains { !$0.remark.isEmpty }
        var table = Table(
            [
                .init("POINT"), .init("KIND"), .init("RECEIVED"), .init("IMAGE", .right),
                .init("SHIPPED", .right), .init("HEALTH"),
            ] + (options.verbose ? [.init("COMMITTED BY")] : []) + (hasRemarks ? [.init("REMARK")] : []))
        for row in rows {
            table.add(row.cells + (hasRemarks ? [TerminalText.escape(row.remark)] : []))
        }
        for line in table.lines { session.console.result(line) }
        session.console.result(
            JSONMessage(.summary, job: opened.job, target: opened.target, ["points": .array(list)]))
        guard unreadable.isEmpty else {
            throw CommandFailure(
                .verification, "\(unreadable.count.counted("point")) of job \(job) cannot be read",
                hint: "see what is affected with: hybridrep verify \(job)", details: unreadable)
        }
        return .good
    }
}
