/// What was read, from where, when, and what the checks said: `hybridrep.json`.
///
/// The last member of a set's image, the file beside any image in the spool, and the facts a recovery point
/// keeps about its source. Later versions add fields and never change one (docs/format/image.md, section 3).
package struct ImageManifest: Codable, Equatable, Sendable {
    /// The name of the member that holds it.
    package static let memberName = "hybridrep.json"
    package static let currentSchema = 1

    package var schemaVersion = currentSchema
    package var source: Source
    /// When reading began, RFC 3339 in UTC.
    package var sourceTime: String
    package var toolVersion: String
    /// In the order of the image, this manifest itself left out.
    package var members: [Member] = []
    package var databases: [DatabaseFacts] = []
    /// Nil for sources that are not ESE sets.
    package var logs: LogFacts?
    /// True when every page is good and every database recoverable without loss.
    package var isSound = true
    package var warnings: [String] = []
    package var leftOut: [LeftOut] = []

    package init(source: Source, sourceTime: String, toolVersion: String) {
        self.source = source
        self.sourceTime = sourceTime
        self.toolVersion = toolVersion
    }

    package struct Source: Codable, Equatable, Sendable {
        /// `ese`, `file`, `command` or `stdin`.
        package var kind: String
        /// A path, or `command` or `standard input`.
        package var label: String
        package var hostName: String

        package init(kind: String, label: String, hostName: String) {
            self.kind = kind
            self.label = label
            self.hostName = hostName
        }
    }

    package struct Member: Codable, Equatable, Sendable {
        package enum Kind: String, Codable, Sendable { case database, log, checkpoint, raw }

        /// Empty for an image that is not a tar.
        package var name: String
        package var kind: Kind
        /// In bytes.
        package var length: Int
        /// Time of last change, RFC 3339 in UTC; nil for streams.
        package var modified: String?
        /// The grid of its fingerprints, in bytes: the page size of a database.
        package var blockSize: Int
        /// Digest over its length, block size and fingerprints, in hexadecimal.
        package var digest: String

        package init(name: String, kind: Kind, length: Int, modified: String?, blockSize: Int, digest: String) {
            self.name = name
            self.kind = kind
            self.length = length
            self.modified = modified
            self.blockSize = blockSize
            self.digest = digest
        }
    }

    /// A file of the source folder that is not part of the image.
    package struct LeftOut: Codable, Equatable, Sendable {
        package var name: String
        package var reason: String

        package init(name: String, reason: String) {
            self.name = name
            self.reason = reason
        }
    }
}

/// What is known of one database after its pages were read.
package struct DatabaseFacts: Codable, Equatable, Sendable {
    /// The member; empty for an image that is not a tar.
    package var name: String
    package var pageSize: Int
    /// Random number and creation time, as the engine prints them.
    package var signature: String
    package var logSignature: String
    /// The engine's words, such as `Clean Shutdown`.
    package var state: String
    package var pages: PageFacts
    package var logRequiredFirst: Int
    package var logRequiredLast: Int
    package var logCommittedLast: Int
    /// Highest page update the header knows of.
    package var dbtime: UInt64
    /// What the set's check said of it; nil where no set was read.
    package var verdict: VerdictFacts?
}

/// Counts of database pages; headers and a backup's trailer are not pages.
package struct PageFacts: Codable, Equatable, Sendable {
    /// All slots read.
    package var seen = 0
    /// Never written, all zero.
    package var blank = 0
    package var good = 0
    /// Wrong sum or number, correctable ones not counted.
    package var bad = 0
    /// A single flipped bit a block explains the wrong sum.
    package var correctable = 0
    /// Slots behind the last owned page, whatever they hold; not in the other counts.
    package var behindEnd = 0
    /// The first twenty that are bad or correctable.
    package var badPages: [BadPage] = []

    package init() {}

    package struct BadPage: Codable, Equatable, Sendable {
        package var page: Int
        package var reason: String

        package init(page: Int, reason: String) {
            self.page = page
            self.reason = reason
        }
    }
}

package struct VerdictFacts: Codable, Equatable, Sendable {
    /// What restores to what, in words.
    package var text: String
    /// The engine's error code; nil when recoverable without loss.
    package var code: Int?

    package init(text: String, code: Int?) {
        self.text = text
        self.code = code
    }
}

/// The transaction logs of a set.
package struct LogFacts: Codable, Equatable, Sendable {
    package var count = 0
    /// Generations; nil without logs.
    package var first: Int?
    package var last: Int?

    package init() {}
}
