import Foundation
import OffsiteStore
import Platform
import TestSupport
import Testing

@testable import hybridrep

/// An object of a store that the disk cannot read is damage (22), for whoever reads it; this host's own disk is not.
@Suite struct UnreadableObjectTests {
    private static let inputOutput: Int32 = 5

    private static func site() throws -> Site {
        let site = try Site()
        try site.configure(
            source: try site.makeRawFile(), targets: ["vault": "directory: \(site.store)"],
            more: "keep-base: none")
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        return site
    }

    /// A folder in the place of a file: it opens, and no byte of it can be read.
    @Test(arguments: ["packs", "maps", "points"]) func isCode22InEveryVerb(kind: String) throws {
        let site = try Self.site()
        for path in try site.stored(kind) {
            try FileManager.default.removeItem(atPath: path)
            try HostFileSystem().makeFolder(path)
        }
        try site.expect(22, "verify", Site.job, "--full")
        // This host has a copy of the map of its own.
        try site.expect(kind == "maps" ? 0 : 22, "restore", Site.job, "1", "--to", site.path("restored"))
        if kind == "points" { try site.expect(22, "list", Site.job) }
    }

    @Test(arguments: [
        ("get", true), ("read", true), ("hash", true), ("list", true), ("put", false), ("lock", false),
        ("commit", false), ("sync", false), ("remove", false), ("move", false), ("drop", false),
    ])
    func anErrorOfTheDiskIsDamageWhereSomethingIsRead(operation: String, isDamage: Bool) {
        let error = SystemError(call: "read", path: "x", code: Self.inputOutput)
        let failure = StoreError(operation, "packs/x", error)
        #expect(failure.isDamage == isDamage)
        #expect(CommandFailure(failure).verdict == (isDamage ? .verification : .failure))
        // The same from a far end, which sends no scope.
        #expect(StoreError(.failed, operation, "packs/x", "Input/output error").isDamage == isDamage)
        #expect(!StoreError(operation, "a copy", error, scope: .session).isDamage)
        #expect(CommandFailure(StoreError(operation, "a copy", error, scope: .session)).verdict == .failure)
        let descriptors = StoreError(operation, "x", SystemError(call: "open", path: "x", code: 24))
        #expect(CommandFailure(descriptors).verdict == .failure)
        #expect(CommandFailure(error).verdict == .failure)
    }
}
