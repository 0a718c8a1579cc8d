import Foundation
import TestSupport
import Testing

/// The program started without some of its standard streams, as some schedulers do.
@Suite struct ClosedStreamsTests {
    private func run(_ site: Site, _ arguments: [String], closing streams: String) throws -> Command.Result {
        try Command.run(
            ["/bin/sh", "-c", "exec \"$@\" \(streams)", "sh", try Command.built("hybridrep")] + arguments
                + ["--config", site.configuration], environment: site.scratch.environment)
    }

    @Test func aClosedStandardInputReadsAsEmpty() throws {
        let site = try Site(source: "stdin: true")
        let result = try run(site, ["run", Site.job], closing: "<&-")
        #expect(result.status == 20)
        #expect(result.errorText.contains("FAILED (20)"))
    }

    @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", "<&- >&- 2>&-"])
    func aRunWithoutStreamsIsAsGoodAsAny(streams: String) throws {
        let site = try Site()
        try site.configure(source: try site.makeRawFile(), targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        #expect(try run(site, ["run", Site.job], closing: streams).status == 0)
        try site.expectGood("verify", Site.job, "--full")
    }

    @Test func anAgentWithoutStreamsEnds() throws {
        let scratch = try Scratch()
        for streams in ["<&-", "<&- >&-", "<&- >&- 2>&-"] {
            let result = try Command.run(
                [
                    "/bin/sh", "-c", "exec \"$@\" \(streams)", "sh", try Command.built("hybridrep"), "serve",
                    "--store", scratch.folder + "/store",
                ], environment: scratch.environment)
            #expect(result.status == 23)
        }
    }
}
