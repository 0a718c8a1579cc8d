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
    package var databases: [Database] = []
    /// Nil for sources that are not ESE sets.
    package var logs: Logs?
    /// The full that a log point's image continues; nil for a full.
    package var full: Full?
    /// True when every page is good and every database recoverable without loss.
    package var isSound = true
    package var warnings: [String] = []
    package var leftOut: [LeftOut] = []
    /// Pages that were good only when they were read again; nil when there are none.
    package var healedReads: Int?
    /// Pages older than the shipped image before had them (``LostWriteSearch``); nil when there are none.
    package var suspectPages: [SuspectPage]?

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
        /// Digests of what tells machines of one name apart; nil where nothing does.
        package var machine: String?
        package var hardware: String?
        /// True for what was named on the command line instead of the job's source; nil otherwise.
        package var isGiven: Bool?

        package init(
            kind: String, label: String, hostName: String, machine: String? = nil, hardware: String? = nil,
            isGiven: Bool? = nil
        ) {
            self.kind = kind
            self.label = label
            self.hostName = hostName
            self.machine = machine
            self.hardware = hardware
            self.isGiven = isGiven
        }
    }

    package struct Member: Codable, Equatable, Sendable {
        package enum Kind: String, Codable, Sendable { case database, streaming, log, checkpoint, raw }

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

        package init(name: String, kind: Kind, length: Int, modified: String?, blockSize: Int, digest: String)
        {
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
        /// Relative to the folder.
        package var name: String
        package var reason: String
        /// True where the image should have it, and an option or the configuration accepted that it does not.
        package var isAccepted: Bool?

        package init(name: String, reason: String, isAccepted: Bool? = nil) {
            self.name = name
            self.reason = reason
            self.isAccepted = isAccepted
        }
    }
}
