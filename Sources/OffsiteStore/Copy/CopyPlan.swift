internal import StoreFormat

/// Which points of one store another one gets, the oldest first, and which it does not get and why.
///
/// Pure: two catalogs in, a list out.
package struct CopyPlan: Equatable, Sendable {
    package enum Selection: Equatable, Sendable {
        case all
        /// So many of the newest good ones, and the fulls that they need.
        case newest(Int)
    }

    package enum Reason: Equatable, Sendable {
        /// It comes before the newest point there.
        case isOlder(than: String)
        /// It was committed with damage, which is not spread.
        case isDamaged
        /// It is held as suspicious, and was not released.
        case isHeld
        /// It continues a full that is not there, and is not copied.
        case lacksFull(UInt64)
        /// It was forgotten since the copy began.
        case isGone
    }

    package struct LeftOut: Equatable, Sendable {
        package let pointID: String
        package let reason: Reason

        package init(pointID: String, reason: Reason) {
            self.pointID = pointID
            self.reason = reason
        }
    }

    package private(set) var points: [PointCatalog.Entry] = []
    package private(set) var leftOut: [LeftOut] = []
    /// Of those that were asked for, how many are there already.
    package private(set) var thereCount = 0
    /// Generations that were asked for and cannot be read, rising.
    package private(set) var unreadable: [UInt64] = []

    package init(
        _ selection: Selection, from source: PointCatalog, to destination: PointCatalog
    ) {
        let there = destination.byIdentity
        let here = source.byIdentity
        // Of points that both have the order is known; to one that only the destination has the time tells it.
        let common = source.entries.last { there[$0.identity] != nil }?.generation ?? 0
        let newest = destination.entries.last
        let own = newest.flatMap { here[$0.identity] == nil ? $0.identity.sourceTime : nil }
        let asked = Self.asked(selection, source)
        var known = Set(there.keys)
        for entry in asked {
            if there[entry.identity] != nil {
                thereCount += 1
            } else if let newest,
                entry.generation < common || own.map({ entry.identity.sourceTime <= $0 }) ?? false
            {
                leaveOut(entry, .isOlder(than: newest.id))
            } else if entry.health != .good {
                leaveOut(entry, entry.health == .damaged ? .isDamaged : .isHeld)
            } else if let full = entry.full, !(source[full].map { known.contains($0.identity) } ?? false) {
                leaveOut(entry, .lacksFull(full.generation))
            } else {
                known.insert(entry.identity)
                points.append(entry)
            }
        }
        // A point that cannot be read has no time.
        let first = selection == .all ? 0 : asked.first?.generation ?? 0
        unreadable = source.unreadable.keys.filter { $0 > max(common, first) }.sorted()
    }

    private static func asked(_ selection: Selection, _ source: PointCatalog) -> [PointCatalog.Entry] {
        guard case .newest(let count) = selection else { return source.entries }
        let newest = source.entries.filter { $0.health == .good }.suffix(count)
        let fulls = Set(newest.compactMap(\.full))
        let generations = Set(newest.map(\.generation))
        return source.entries.filter { fulls.contains($0.reference) || generations.contains($0.generation) }
    }

    private mutating func leaveOut(_ entry: PointCatalog.Entry, _ reason: Reason) {
        leftOut.append(LeftOut(pointID: entry.id, reason: reason))
    }
}
