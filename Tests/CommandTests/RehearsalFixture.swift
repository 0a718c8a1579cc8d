import ESE
import Foundation
import Platform
import TestSupport
import Testing

/// A site with a scratch folder for rehearsals, and what is read of them.
extension Site {
    var scratchFolder: String { path("scratch-space") }

    /// A site whose job has the sample set or any other source, run once.
    static func rehearsing(
        _ set: ESESet = ESESet(pages: 64, isDirty: true), more: String = "full-every: 24h"
    ) throws -> Site {
        let site = try Site()
        try site.makeSet(set)
        try site.configure(
            source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"], more: more)
        try site.expectGood("init", "vault")
        try site.expectGood("run", job)
        return site
    }

    /// Rehearses into the scratch folder; what was restored must be gone afterwards, whatever came of it.
    @discardableResult func rehearse(
        _ arguments: [String] = [], status: Int32 = 0, at location: SourceLocation = #_sourceLocation
    ) throws -> (summary: Line?, result: Command.Result) {
        let result = try run(
            ["rehearse", Self.job, "--scratch", scratchFolder, "--json"] + arguments)
        #expect(
            result.status == status, "\(arguments): \(result.errorText)\(result.outputText)",
            sourceLocation: location)
        #expect(try leftInScratch() == [], sourceLocation: location)
        return (try Line.parse(result.output).first { $0.type == "summary" }, result)
    }

    /// Everything in the scratch folder but the lock that guards it.
    func leftInScratch() throws -> [String] {
        guard FileManager.default.fileExists(atPath: scratchFolder) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: scratchFolder)
            .filter { $0 != ".hybridrep-rehearsals-\(HostIdentity.userID).lock" }
    }

    func status(code: Int32 = 0, at location: SourceLocation = #_sourceLocation) throws -> Line {
        try #require(try json("status", Self.job, status: code, at: location).last)
    }
}

extension Line {
    /// Of a rehearsal: what the store keeps of it.
    var evidence: Line { Line(fields["evidence"] as? [String: Any] ?? [:]) }
    var command: Line { Line(evidence.fields["command"] as? [String: Any] ?? [:]) }
    var databases: [Line] { (evidence.fields["databases"] as? [[String: Any]] ?? []).map(Line.init) }
}
