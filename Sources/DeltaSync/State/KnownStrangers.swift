package import Platform

/// Points of a target that this host did not make, and that its owner has not dealt with yet.
///
/// Layout: varint entries, at most ``maximumCount``; of each 8 bytes generation, 1 byte kind, a string; 32 bytes SHA-256 of
/// all these.
package struct KnownStrangers: Equatable, Sendable {
    package enum Kind: UInt8, Sendable {
        /// Nobody has found out whose it is.
        case unexamined = 0
        /// Another key than an owner's has committed it.
        case foreign = 1
        /// Its image is far larger than anything vouches for.
        case unbounded = 2
        /// No run of this program has made it, or it does not restore.
        case forged = 3
    }

    package struct Entry: Equatable, Sendable {
        package let generation: UInt64
        package let kind: Kind
        /// Why it does not count, for people; empty for an unexamined one.
        package let reason: String

        package init(generation: UInt64, kind: Kind, reason: String) {
            self.generation = generation
            self.kind = kind
            self.reason = reason
        }
    }

    /// Entries that are kept, the newest of all.
    package static let maximumCount = 4096
    private static let maximumReason = 512
    static let maximumBytes = 64 + maximumCount * (16 + maximumReason)

    /// By generation, rising.
    package let entries: [Entry]

    /// - Parameter entries: Of two for the same point the later one counts.
    package init(_ entries: [Entry]) {
        let last = Dictionary(entries.map { ($0.generation, $0) }) { $1 }
        self.entries = last.values.sorted { $0.generation < $1.generation }.suffix(Self.maximumCount)
    }

    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.varint(entries.count)
        for entry in entries {
            writer.uint64(entry.generation)
            writer.uint8(entry.kind.rawValue)
            writer.string(entry.reason.truncated(toUTF8: Self.maximumReason))
        }
        writer.append(SHA256Hasher.hash(writer.bytes.span))
        return writer.bytes
    }

    package init(parsing bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        var entries: [Entry] = []
        for _ in 0..<(try reader.varint("strangers", limit: Self.maximumCount)) {
            let generation = try reader.uint64()
            let offset = reader.offset
            guard let kind = Kind(rawValue: try reader.uint8()) else {
                throw .badField(field: "kind", offset: offset)
            }
            entries.append(
                Entry(
                    generation: generation, kind: kind,
                    reason: try reader.string("reason", limit: Self.maximumReason)))
        }
        let end = reader.offset
        guard try reader.digest() == SHA256Hasher.hash(bytes.span.extracting(0..<end)) else {
            throw .digestMismatch(of: "strangers")
        }
        try reader.finish()
        self.init(entries)
    }
}
