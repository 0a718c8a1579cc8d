internal import Platform
package import StoreFormat

/// The points of a job in one store, as much of each as it takes to compare stores.
package struct PointCatalog: Sendable {
    package struct Entry: Equatable, Sendable {
        package let id: String
        package let reference: Point.Reference
        package let identity: PointIdentity
        /// Its health today: a released one is good.
        package let health: Point.Health
        /// The full that a log point continues.
        package let full: Point.Reference?
        package let segments: [Point.Segment]

        package var generation: UInt64 { reference.generation }

        /// The id of the same point under another generation.
        func id(as generation: UInt64) -> String {
            Point.id(generation, sourceTime: identity.sourceTime)
        }
    }

    /// Those that can be read, the oldest first.
    package private(set) var entries: [Entry] = []
    /// Why the others cannot, by generation.
    package private(set) var unreadable: [UInt64: StoreError] = [:]
    /// Of the newest, readable or not; 0 before the first.
    package private(set) var newestGeneration: UInt64 = 0
    /// Position of each point in ``entries``.
    private var positions: [Point.Reference: Int] = [:]

    /// That of a job which has no points yet.
    package init() {}

    package init(reading repository: Repository) throws(StoreError) {
        try repository.forEach { (generation, found) throws(StoreError) in
            newestGeneration = generation
            do throws(StoreError) {
                let stored = try found.get()
                positions[stored.reference] = entries.count
                entries.append(Entry(stored, isAccepted: try repository.isAccepted(stored)))
            } catch {
                guard error.tellsOfDamage else { throw error }
                unreadable[generation] = error
            }
        }
    }

    /// The newest entry of each identity.
    package var byIdentity: [PointIdentity: Entry] {
        Dictionary(entries.map { ($0.identity, $0) }) { $1 }
    }

    package subscript(reference: Point.Reference) -> Entry? { positions[reference].map { entries[$0] } }
}

extension PointCatalog.Entry {
    init(_ stored: StoredPoint, isAccepted: Bool) {
        self.init(
            id: stored.point.id, reference: stored.reference, identity: stored.point.identity,
            health: isAccepted ? .good : stored.point.health == .damaged ? .damaged : .suspicious,
            full: stored.point.full,
            segments: stored.point.segments)
    }
}
