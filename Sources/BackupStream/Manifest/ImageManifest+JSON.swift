internal import FoundationEssentials
internal import Image
package import Platform

extension ImageManifest {
    /// More than a set of 100,000 logs needs.
    package static let maximumBytes = 64 << 20

    /// JSON with snake_case names in sorted order, so that equal manifests are equal bytes.
    package var json: [UInt8] { ManifestJSON.encode(self, isPretty: true) }

    /// - Throws: `overLimit` for more than ``maximumBytes``, `badField` for what is not a manifest.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        guard bytes.count <= Self.maximumBytes else {
            throw .overLimit(
                field: "manifest", value: UInt64(bytes.count), limit: UInt64(Self.maximumBytes))
        }
        self = try ManifestJSON.decode(Self.self, bytes)
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
                pages.lostWrites ?? 0,
            ].allSatisfy { (0...Self.maximumPages).contains($0) }
        }
    }

    /// No database has as many page slots.
    private static let maximumPages = 1 << 33
}

/// The one way manifests and their summaries become text.
enum ManifestJSON {
    static func encode(_ value: some Encodable, isPretty: Bool) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("a manifest holds nothing that JSON cannot")
        }
        return Array(data) + (isPretty ? [0x0A] : [])
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws(FormatError) -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode(type, from: Data(bytes)) } catch {
            throw .badField(field: "manifest", offset: 0)
        }
    }
}
