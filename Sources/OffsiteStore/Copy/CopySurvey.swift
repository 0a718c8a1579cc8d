internal import BitCollections
internal import Platform
internal import StoreFormat

/// Finds point by point the objects that are missing at the destination.
struct CopySurvey {
    var source: CopySource
    private(set) var destination: CopyDestination
    /// Records that the destination has with all that they need.
    private var known: [FrameID: BitSet] = [:]
    /// Objects that turned out to be damaged, and how.
    private var lost: [ObjectKey: String] = [:]
    private var job: Name { source.repository.job.name }

    init(_ source: CopySource, _ destination: CopyDestination) throws(StoreError) {
        self.source = source
        self.destination = destination
        let base = try destination.provenBase(in: source.catalog)
        do throws(CopyFailure) { known = try self.source.references(of: base) } catch {
            // Damage here means that more must be compared.
            if case .store(let error) = error { throw error }
        }
    }

    /// - Throws: `damage` where something of the point is known to be damaged.
    mutating func shipment(for entry: PointCatalog.Entry) throws(CopyFailure) -> CopyShipment {
        let needs = try source.needs(of: entry.segments, beyond: known)
        var shipment = CopyShipment(records: needs.records)
        let lacked = try CopyFailure.anywhere { () throws(StoreError) in try destination.lacked(needs) }
        var packs: [Digest256: [FrameIndex.Location]] = [:]
        for location in lacked { packs[location.pack, default: []].append(location) }
        for (name, frames) in packs.sorted(by: { $0.key.description < $1.key.description }) {
            if let reason = lost[.pack(job, name)] {
                throw .damage(object: ObjectKey.pack(job, name).path, reason: reason)
            }
            let pack = try source.pack(name)
            // Beside a copy of a frame that is there another one would come: shorter it is of no use, longer it hides that one.
            if pack.frames.contains(where: { destination.place(of: $0.frame) != nil }) {
                shipment.frames += frames.sorted { $0.entry.offset < $1.entry.offset }
                    .map { .init(source: $0, there: destination.place(of: $0.entry.frame)) }
            } else {
                shipment.packs.append(pack)
            }
        }
        shipment.unindexed = try CopyFailure.anywhere { () throws(StoreError) in
            try destination.unindexed(holding: needs.records.keys)
        }
        for segment in entry.segments where !destination.has(segment) {
            let object = ListedObject(key: .map(job, segment.name), length: segment.length)
            if let reason = lost[object.key] { throw .damage(object: object.key.path, reason: reason) }
            shipment.maps.append(object)
        }
        return shipment
    }

    /// Notes what has arrived.
    mutating func noteArrival(_ shipment: CopyShipment, without lost: [ObjectKey: StoreError] = [:]) {
        destination.note(shipment.objects(of: job).filter { lost[$0.key] == nil })
        for (key, error) in lost { self.lost[key] = error.detail }
    }

    /// Notes that a point is there.
    mutating func noteCommit(_ shipment: CopyShipment) {
        destination.note(shipment.frames.map(\.source.entry.frame))
        known.merge(shipment.records) { $0.union($1) }
    }
}
