internal import BackupStream
internal import Image
package import OffsiteStore
package import Platform
package import Restore
package import StoreFormat

/// The parts of a point that damaged packs make unreadable: image ranges, members, pages.
package struct DamageInPoint: Equatable, Sendable {
    /// A stretch of one member.
    package struct Part: Equatable, Sendable {
        /// Empty for an image that is one file.
        package let member: String
        /// In the image.
        package let range: Range<Int>
        /// Blocks of the member's grid, counted from 0.
        package let blocks: ClosedRange<Int>
        /// True if the member is a database: its first two blocks are headers, and block 2 is page 1.
        package let isDatabase: Bool
    }

    package let pointID: String
    package let parts: [Part]

    package init(
        _ damage: [CheckReport.Damage], in point: Point, of repository: Repository, _ scratch: ScratchFolder
    ) throws(SyncError) {
        let packs = Set(damage.compactMap { ObjectKey(path: $0.object)?.digest })
        let ranges = try DamagedRanges(repository, scratch).find(in: point, damaged: packs)
        let databases = Set(point.databaseNames)
        pointID = point.id
        parts = ranges.flatMap { range in
            point.layout.extents.compactMap { extent -> Part? in
                let common = range.clamped(to: extent.offset..<extent.offset + extent.length)
                guard !common.isEmpty else { return nil }
                let first = (common.lowerBound - extent.offset) / extent.blockSize
                let last = (common.upperBound - 1 - extent.offset) / extent.blockSize
                return Part(
                    member: extent.key.name, range: common, blocks: first...last,
                    isDatabase: extent.key.kind == .data && databases.contains(extent.key.name))
            }
        }
    }
}

extension DamageInPoint.Part: CustomStringConvertible {
    /// `mdb01.edb, pages 12 to 13 (image bytes 131072 to 147455)`.
    package var description: String {
        let name = member.isEmpty ? "" : "\(member), "
        return name + "\(place) (image bytes \(range.lowerBound) to \(range.upperBound - 1))"
    }

    private var place: String {
        guard isDatabase, blocks.upperBound >= 2 else {
            return isDatabase ? "its header" : Self.list("block", blocks)
        }
        return Self.list("page", max(1, blocks.lowerBound - 1)...blocks.upperBound - 1)
            + (blocks.lowerBound < 2 ? " and its header" : "")
    }

    private static func list(_ word: String, _ range: ClosedRange<Int>) -> String {
        range.count == 1
            ? "\(word) \(range.lowerBound)" : "\(word)s \(range.lowerBound) to \(range.upperBound)"
    }
}
