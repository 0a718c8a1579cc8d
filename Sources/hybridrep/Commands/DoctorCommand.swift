internal import ArgumentParser
internal import Platform

/// Says what stands in the way of a job's next run.
struct DoctorCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check everything that a run of the job needs, and print the remedy for each failure.",
        discussion: HelpExamples.text([
            "doctor mdb01": "One line for each check, with the command that mends it.",
            "doctor mdb01 --json": "The same for programs.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Argument(help: "A job of the configuration.", completion: Completion.jobs) var job: String

    var subject: String { "doctor \(job)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let configuration = try session.configuration(options, overrides)
        let context = JobContext(session, configuration, try configuration.job(job))
        let findings = Doctor(context: context).findings()
        for finding in findings { session.console.result(finding.line) }
        let failed = findings.filter { $0.level.verdict != .good }
        session.console.result(
            JSONMessage(
                .summary, job: context.job.name,
                [
                    "good": .bool(failed.isEmpty), "failed": .integer(failed.count),
                    "warnings": .integer(findings.count { $0.level.word == "warning" }),
                    "checks": .array(findings.map(\.json)),
                ]))
        guard let first = failed.first else { return .good }
        let more = failed.count == 1 ? "" : ", and \(failed.count - 1) more"
        throw CommandFailure(first.level.verdict, "\(first.check): \(first.text)\(more)", hint: first.next)
    }
}
