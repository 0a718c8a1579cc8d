internal import BitCollections
internal import Platform
internal import StoreFormat

/// The records that the points of a job need: those that their maps refer to, and the bases of these.
///
/// Complete, or an error: what is not known to be dead is alive.
struct LiveSet {
    let generations: [UInt64]
    let maps: Set<Digest256>
    let locations: FrameIndex
    /// The records of each frame that are needed.
    let records: [FrameID: BitSet]
    /// The graph's tables are used again to weigh what is alive.
    private(set) var graph: RecordDependencies

    /// - Throws: `corrupt` or `refused` where something cannot be read; ``LostObject`` is for the caller to look for.
    static func run(_ store: LocalStoreService, _ shelf: PointShelf) throws(StoreError) -> Result<
        LiveSet, LostObject
    > {
        let repository = shelf.repository
        let job = repository.job
        var roots: [FrameID: BitSet] = [:]
        var maps: Set<Digest256> = []
        for (_, segments) in shelf.segments.sorted(by: { $0.key < $1.key }) {
            for segment in segments where maps.insert(segment.name).inserted {
                let key = ObjectKey.map(job.name, segment.name)
                func lost(_ what: String) -> Result<LiveSet, LostObject> {
                    let points = shelf.segments.filter { $0.value.contains(segment) }.keys.sorted()
                    return .failure(LostObject(what: what, points: points))
                }
                guard try store.length(of: key) == segment.length else {
                    return lost("\(key) is not there as it should be")
                }
                do throws(StoreError) {
                    let found = try repository.references(
                        segment.name, length: segment.length, pulse: store.pulse)
                    roots.merge(found) { $0.union($1) }
                } catch {
                    guard error.tellsOfDamage else { throw error }
                    return lost("\(key) is damaged (\(error.detail))")
                }
            }
        }
        // Packs that came back from the trash are not in the index that was read before.
        let locations = try FrameIndex(reading: repository)
        var graph = RecordDependencies(repository, locations)
        let (records, missing) = try graph.closure(of: roots)
        if let first = missing.first {
            let points = try needing(first.frame, shelf, store, &graph)
            return .failure(LostObject(what: first.reason, points: points))
        }
        if var lost = try repository.firstLost(of: records, locations, pulse: store.pulse) {
            if let frame = lost.frame { lost.points = try needing(frame, shelf, store, &graph) }
            return .failure(lost)
        }
        return .success(
            LiveSet(
                generations: shelf.points.map(\.generation), maps: maps, locations: locations,
                records: records, graph: graph))
    }

    /// The points that need a frame, rising.
    private static func needing(
        _ frame: FrameID, _ shelf: PointShelf, _ store: LocalStoreService, _ graph: inout RecordDependencies
    ) throws(StoreError) -> [UInt64] {
        var found: [UInt64] = []
        for (generation, segments) in shelf.segments.sorted(by: { $0.key < $1.key }) {
            var roots: [FrameID: BitSet] = [:]
            for segment in segments {
                let references = try shelf.repository.references(
                    segment.name, length: segment.length, pulse: store.pulse)
                roots.merge(references) { $0.union($1) }
            }
            if try graph.closure(of: roots).records[frame] != nil { found.append(generation) }
        }
        return found
    }

    /// How many bytes a frame has when only what is needed of it is left.
    mutating func liveBytes(_ frame: FrameID, _ entry: PackFooter.Entry) throws(StoreError) -> Int {
        guard let needed = records[frame] else { return 0 }
        guard needed.count < entry.records else { return entry.length }
        let table = try graph.proven(frame)
        let payload = needed.reduce(0) { $0 + table.storedBytes($1) }
        let whole = (0..<table.count).reduce(0) { $0 + table.storedBytes($1) }
        // Of the table the rows of what is left out lose their bases, which is not counted.
        return min(entry.length, entry.length - whole + payload)
    }
}
