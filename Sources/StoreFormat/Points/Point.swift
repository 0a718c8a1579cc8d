package import Image
package import Platform

/// A recovery point: the commit record of one image (docs/format/point.md).
package struct Point: Equatable, Sendable {
    package enum Kind: UInt8, Sendable, CustomStringConvertible {
        case full = 0
        case logs = 1
        package var description: String { self == .full ? "full" : "logs" }
    }

    package enum Health: UInt8, Sendable, CustomStringConvertible {
        case good = 0
        case damaged = 1
        case suspicious = 2
        package var description: String {
            switch self {
            case .good: "good"
            case .damaged: "damaged"
            case .suspicious: "suspicious"
            }
        }

        /// The one that promises less: what is damaged cannot be released.
        package static func worst(_ one: Self, _ other: Self) -> Self {
            if one == .damaged || other == .damaged { return .damaged }
            return one == .suspicious ? one : other
        }
    }

    /// Another point of the same store, by its generation and the digest of its object.
    package struct Reference: Hashable, Sendable {
        package let generation: UInt64
        package let digest: Digest256

        package init(generation: UInt64, digest: Digest256) {
            self.generation = generation
            self.digest = digest
        }
    }

    /// Most segments a point's map may have.
    package static let maximumSegments = 8

    package struct Segment: Hashable, Sendable {
        package static let maximumBytes = 1 << 34

        package let name: Digest256
        package let length: Int

        package init(name: Digest256, length: Int) {
            self.name = name
            self.length = length
        }
    }

    /// What the push that made the point counted.
    package struct Counts: Equatable, Sendable {
        package var blocks = 0
        /// Blocks with another content than the image that it was compared with; see ``Point/difference``.
        package var changedBlocks = 0
        /// Bytes of the packs, maps and index stored for it.
        package var shippedBytes = 0
        package var pages = 0
        package var blankPages = 0
        package var badPages = 0
        package init() {}
    }

    package static let maximumBytes = 16 << 20
    package static let maximumFactBytes = 1 << 20

    package var generation: UInt64
    /// The point before this one; nil for the first.
    package var parent: Reference?
    package var kind: Kind
    /// The full whose logs a log point continues; nil for a full.
    package var full: Reference?
    package var health: Health
    /// When the source was read.
    package var sourceTime: Timestamp
    package var layout: ImageLayout
    package var imageDigest: Digest256
    package var counts: Counts
    /// What the changed blocks took; nil where nothing was compared.
    package var difference: Difference?
    /// Why the point is held; nil for a good one.
    package var hold: Hold?
    package var toolVersion: String
    /// Newest first.
    package var segments: [Segment]
    /// JSON about the source, as its reader wrote it; not looked into by the store.
    package var sourceFacts: [UInt8]

    package init(
        generation: UInt64, parent: Reference?, kind: Kind, full: Reference? = nil, health: Health,
        sourceTime: Timestamp, layout: ImageLayout, imageDigest: Digest256, counts: Counts,
        toolVersion: String, segments: [Segment],
        sourceFacts: [UInt8]
    ) {
        self.generation = generation
        self.parent = parent
        self.kind = kind
        self.full = full
        self.health = health
        self.sourceTime = sourceTime
        self.layout = layout
        self.imageDigest = imageDigest
        self.counts = counts
        self.toolVersion = toolVersion
        self.segments = segments
        self.sourceFacts = sourceFacts
    }

    /// The same without what only a restore needs: its extents are one, and nothing is said of its source.
    ///
    /// So thousands of points are held in little memory, however many members each has.
    package var outline: Self {
        var point = self
        let extent = Extent(
            key: .init(.data, ""), offset: 0, length: layout.length, blockSize: Extent.largestBlockSize)
        point.layout = (try? ImageLayout([extent])) ?? layout
        point.sourceFacts = []
        return point
    }

    /// Of the image, as the share of its blocks that changed has it.
    package var changedBytes: Int {
        Int(
            saturating: Double(counts.changedBlocks) / Double(max(1, counts.blocks)) * Double(layout.length))
    }

    /// `42-20261122T020004Z`.
    package var id: String { Self.id(generation, sourceTime: sourceTime) }

    package static func id(_ generation: UInt64, sourceTime: Timestamp) -> String {
        "\(generation)-\(sourceTime.compact)"
    }
}

extension Point {
    /// What the blocks took that have another content than in the image which the point was compared with.
    package struct Difference: Equatable, Sendable {
        /// Whether the bytes of that image were at hand, so that changes were stored as deltas.
        package let hadBaseBytes: Bool
        /// Of the changed blocks that are not zero.
        package let changedBytes: Int
        /// Of the records that were stored for them.
        package let storedBytes: Int

        package init(hadBaseBytes: Bool, changedBytes: Int, storedBytes: Int) {
            self.hadBaseBytes = hadBaseBytes
            self.changedBytes = changedBytes
            self.storedBytes = storedBytes
        }

        init(parsing section: inout ByteReader, imageLength: Int) throws(FormatError) {
            let flag = try section.uint8()
            guard flag <= 1 else { throw .badField(field: "base bytes", offset: 0) }
            hadBaseBytes = flag == 1
            changedBytes = try section.varint("changed bytes", limit: imageLength)
            storedBytes = try section.varint("stored bytes")
            try section.finish()
        }

        var encoded: [UInt8] {
            var section = ByteWriter()
            section.uint8(hadBaseBytes ? 1 : 0)
            section.varint(changedBytes)
            section.varint(storedBytes)
            return section.bytes
        }
    }
}
