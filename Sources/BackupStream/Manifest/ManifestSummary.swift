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

/// Counts the pages of databases that hold something, and the blank ones: a count of checked pages shows neither.
package struct PageUse: Equatable, Sendable, CustomStringConvertible {
    package let inUse: Int
    package let blank: Int

    package init(inUse: Int, blank: Int) {
        self.inUse = inUse
        self.blank = blank
    }

    package init(_ pages: ImageManifest.Pages) { self.init(inUse: pages.inUse, blank: pages.blank) }

    /// The sum over several databases.
    package init(_ databases: [ImageManifest.Database]) {
        let uses = databases.map { Self($0.pages) }
        self.init(inUse: uses.saturatingSum(\.inUse), blank: uses.saturatingSum(\.blank))
    }

    /// `381 pages in use, 385 blank`.
    package var description: String {
        let used = inUse == 0 ? "no page" : inUse == 1 ? "1 page" : "\(inUse) pages"
        return "\(used) in use, \(blank) blank"
    }
}

/// A database page that seems to have gone back in time: what a dropped write leaves behind.
package struct SuspectPage: Codable, Equatable, Sendable, CustomStringConvertible {
    /// The database's member; empty for an image that is not a tar.
    package var member: String
    package var page: UInt32
    /// The page's update counter in the image that was searched.
    package var dbtime: UInt64
    /// The highest one that an image shipped before had for this page.
    package var dbtimeBefore: UInt64
    /// The tree that the page belongs to, then as now.
    package var objectID: UInt32
    /// True for a page that is blank now, whose counter is 0; nil for an older one.
    package var isBlank: Bool?

    package init(
        member: String, page: UInt32, dbtime: UInt64, dbtimeBefore: UInt64, objectID: UInt32,
        isBlank: Bool? = nil
    ) {
        self.member = member
        self.page = page
        self.dbtime = dbtime
        self.dbtimeBefore = dbtimeBefore
        self.objectID = objectID
        self.isBlank = isBlank
    }

    /// Read and written in snake case, which would not bring capitals back.
    private enum CodingKeys: String, CodingKey {
        case member, page, dbtime, dbtimeBefore, isBlank
        case objectID = "objectId"
    }

    /// `mdb01.edb page 17 (object 30): dbtime 400, it was 512`, `…: blank, its dbtime was 512`.
    package var description: String {
        let place = member.isEmpty ? "page \(page)" : "\(member) page \(page)"
        if isBlank == true { return "\(place) (object \(objectID)): blank, its dbtime was \(dbtimeBefore)" }
        return "\(place) (object \(objectID)): dbtime \(dbtime), it was \(dbtimeBefore)"
    }
}
