internal import FoundationEssentials
internal import Image
package import Platform

/// Records what was read, from where, when, and the results of the checks: `hybridrep.json`.
///
/// The last member of a set's image, the file next to any image in the spool, and the facts a recovery point
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

extension ImageManifest {
    /// More than a set of 100,000 logs needs.
    package static let maximumBytes = 64 << 20

    /// JSON with snake_case names in sorted order, so that equal manifests are equal bytes.
    package var json: [UInt8] { FactsJSON.encode(self, isPretty: true) }

    /// - Throws: `overLimit` for more than ``maximumBytes``, `badField` for what is not a manifest.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        guard bytes.count <= Self.maximumBytes else {
            throw .overLimit(
                field: "manifest", value: UInt64(bytes.count), limit: UInt64(Self.maximumBytes))
        }
        self = try FactsJSON.decode(Self.self, bytes, of: "manifest")
        guard isPossible else { throw .badField(field: "manifest", offset: 0) }
    }

    /// True when no count is negative or so large that a sum of many could overflow.
    private var isPossible: Bool {
        var left = ImageLayout.maximumLength
        for member in members {
            guard (0...left).contains(member.length) else { return false }
            left -= member.length
        }
        guard (0...Self.maximumPages).contains(healedReads ?? 0) else { return false }
        return databases.allSatisfy { database in
            let pages = database.pages
            return [
                pages.seen, pages.blank, pages.good, pages.bad, pages.correctable, pages.behindEnd,
                pages.lostWrites ?? 0, pages.notInitialized ?? 0,
            ].allSatisfy { (0...Self.maximumPages).contains($0) }
        }
    }

    /// No database has as many page slots.
    private static let maximumPages = 1 << 33
}

/// The one way manifests and their summaries become text.
package enum FactsJSON {
    package static func encode(_ value: some Encodable, isPretty: Bool) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("facts hold nothing that JSON cannot")
        }
        return Array(data) + (isPretty ? [0x0A] : [])
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], of what: String)
        throws(FormatError) -> Value
    {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode(type, from: Data(bytes)) } catch {
            throw .badField(field: what, offset: 0)
        }
    }
}
