internal import ArgumentParser
internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// Lets the points of another key count as the job's own.
struct AdoptCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Accept the points of another key as a job's own.",
        discussion: HelpExamples.text([
            "adopt mdb01 db02 --store /srv/hybridrep":
                "At the store's own host: the key that serve --as calls db02 also owns the job.",
            "adopt mdb01 SHA256:DsGwuMPqoPgc0EfC44TOSzb/IC5AzJAh2ElQxRAgT7Q --store /srv/hybridrep":
                "The same for a key without a name.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var selection: StoreSource
    @Argument(help: "A job of the configuration, or of the store that --store names.") var job: String
    @Argument(help: "The key to accept, named as list -v names the maker of points.") var maker: String

    var subject: String { "adopt \(job)" }

    func validate() throws {
        guard Maker(maker) != nil else {
            throw ValidationError("\(maker) is no maker: 1 to \(Maker.maximumBytes) printable characters")
        }
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let opened = try selection.open(job: job, session, options, overrides)
        let repository = opened.repository
        try session.notes(in: repository).add(.adopted, nil, comment: maker)
        try opened.store.close()
        session.console.result("points of \(maker) count as those of job \(opened.job)")
        session.console.result(
            JSONMessage(.summary, job: opened.job, target: opened.target, ["maker": .string(maker)]))
        return .good
    }
}
