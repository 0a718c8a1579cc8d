import Foundation
import TestSupport
import Testing

/// Retention where the key of a host may only add.
@Suite struct StoreHostTests {
    // Goal of this test: the shipped defaults print nothing at night, and the store is thinned out all the same.
    @Test("a host that may only add is silent about its keep", .enabled(if: LoopbackSSHServer.isAvailable))
    func appendOnly() throws {
        let link = try Link(.library)
        let site = try Site()
        let target = try link.target(store: site.store)
        let served = "\(try Command.built("hybridrep")) serve --store \(site.store)"
        let wrapper = try site.scratch.write("#!/bin/sh\nexec \(served)\n", to: "agent", mode: 0o755)
        let only = target.replacing(/remote-command: [^,}]+/, with: "remote-command: \(wrapper)")
        try site.configure(
            source: "command: echo something", targets: ["vault": only], more: "keep: {last: 1}")
        try site.expectGood("init", "vault")
        for _ in 1...3 {
            let result = try site.run("run", Site.job)
            #expect(result.status == 0)
            #expect(result.outputText + result.errorText == "")
        }
        #expect(try site.points().count == 3)
        let retention = try site.scratch.hybridrep([
            "forget", "--all", "--store", site.store, "--keep-last", "1", "--more-than-half",
        ])
        #expect(retention.status == 0, "\(retention.errorText)")
        #expect(try site.points().count == 1)
        let collected = try site.scratch.hybridrep(["gc", "--all", "--store", site.store])
        #expect(collected.status == 0, "\(collected.errorText)")
        #expect(try site.expect(26, "gc", Site.job).contains("this key may add to the store"))
    }

    @Test func allGoesWithAStoreAndWithoutAJob() throws {
        let site = try Site(source: "command: echo something")
        try site.expect(2, "gc", "--all")
        try site.expect(2, "gc", "--all", Site.job, "--store", site.store)
        try site.expect(2, "forget", "--all", "--keep-last", "1")
    }
}
