package import Platform

/// The part of a manifest that a recovery point carries: everything but the list of members, and bounded.
package struct ManifestSummary: Codable, Equatable, Sendable {
    private static let keptWarnings = 5
    private static let keptPages = 5
    private static let keptLeftOut = 100
    private static let keptNameCharacters = 255

    package var schemaVersion: Int
    package var source: ImageManifest.Source
    package var sourceTime: String
    package var toolVersion: String
    package var memberCount: Int
    /// Bytes of all members together.
    package var memberBytes: Int
    package var databases: [ImageManifest.Database]
    package var logs: ImageManifest.Logs?
    package var full: ImageManifest.Full?
    package var isSound: Bool
    /// The first few of them.
    package var warnings: [String]
    package var warningCount: Int
    /// The first few of them, those that were accepted by name or option before all others; nil when there are none.
    package var leftOut: [ImageManifest.LeftOut]?
    package var leftOutCount: Int
    package var healedReads: Int?
    /// The first few of them.
    package var suspectPages: [SuspectPage]?
    /// How many the manifest names.
    package var suspectPageCount: Int?

    /// One line of JSON with snake_case names in sorted order.
    package var json: [UInt8] { FactsJSON.encode(self, isPretty: false) }

    /// - Throws: `badField` for what is not a summary.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        self = try FactsJSON.decode(Self.self, bytes, of: "manifest")
    }

    package init(_ manifest: ImageManifest) {
        schemaVersion = manifest.schemaVersion
        source = manifest.source
        sourceTime = manifest.sourceTime
        toolVersion = manifest.toolVersion
        memberCount = manifest.members.count
        memberBytes = manifest.members.reduce(0) { $0 + $1.length }
        databases = manifest.databases.map { facts in
            var facts = facts
            facts.pages.badPages = Array(facts.pages.badPages.prefix(Self.keptPages))
            return facts
        }
        logs = manifest.logs
        full = manifest.full
        isSound = manifest.isSound
        warnings = manifest.warnings.prefix(Self.keptWarnings).map { String($0.prefix(160)) }
        warningCount = manifest.warnings.count
        leftOutCount = manifest.leftOut.count
        let accepted = manifest.leftOut.filter { $0.isAccepted == true }
        let others = manifest.leftOut.filter { $0.isAccepted != true }
        if leftOutCount > 0 {
            leftOut = (accepted + others).prefix(Self.keptLeftOut).map { file in
                .init(
                    name: String(file.name.prefix(Self.keptNameCharacters)),
                    reason: String(file.reason.prefix(160)), isAccepted: file.isAccepted)
            }
        }
        healedReads = manifest.healedReads
        suspectPages = manifest.suspectPages.map { Array($0.prefix(Self.keptPages)) }
        suspectPageCount = manifest.suspectPages?.count
    }
}

extension ImageManifest {
    package var summary: ManifestSummary { ManifestSummary(self) }
}
