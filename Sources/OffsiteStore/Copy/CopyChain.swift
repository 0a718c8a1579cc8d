internal import Platform
internal import StoreFormat

/// The points of the store that is copied to, as they grow.
struct CopyChain {
    let repository: Repository
    /// Of the newest point, readable or not.
    private var newest: UInt64
    /// The newest that is not damaged.
    private var head: Point.Reference?
    private var known: [PointIdentity: Point.Reference]

    /// - Throws: `exists` when a point was committed since the catalog was read.
    init(_ repository: Repository, _ catalog: PointCatalog) throws(StoreError) {
        self.repository = repository
        newest = catalog.newestGeneration
        head = catalog.entries.last?.reference
        known = catalog.byIdentity.mapValues(\.reference)
        guard try repository.generations().last ?? 0 == newest else {
            throw StoreError(
                .exists, "copy to", "job \(repository.job.name)",
                "another run has committed a point meanwhile",
                hint: "run it again: it goes on from that point")
        }
    }

    subscript(identity: PointIdentity) -> Point.Reference? { known[identity] }

    /// Commits another store's point as the next one here.
    ///
    /// All that its maker said of it stays; one that was held and released is good from the start.
    /// - Parameters:
    ///   - full: The full that a log point continues, here.
    ///   - maker: Its maker, as the other store has it.
    mutating func commit(
        _ point: Point, full: Point.Reference?, madeBy maker: Maker?
    ) throws(StoreError) -> Point {
        let (generation, overflow) = newest.addingReportingOverflow(1)
        guard !overflow else {
            throw StoreError(
                .failed, "commit", ObjectKey.point(repository.job.name, newest).path, "no point can follow it"
            )
        }
        var made = point
        made.generation = generation
        made.parent = head
        made.full = full
        made.health = .good
        made.hold = nil
        let stored = try repository.commit(made, madeBy: maker)
        newest = generation
        head = stored.reference
        known[made.identity] = stored.reference
        return made
    }
}
