internal import Image
package import Platform

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
