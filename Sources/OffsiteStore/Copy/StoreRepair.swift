package import Platform
internal import StoreFormat

/// Gives a store packs and map segments back that it has lost, from another store of the same job.
///
/// They are the same bytes in every store. What comes is hashed on its way and again where it arrives; only what is not what its
/// name says makes room for it, and is put aside.
package struct StoreRepair {
    private let source: any ObjectStore
    private let destination: any ObjectStore
    private let job: Name

    /// - Throws: `notFound` when the source holds another job of the name; `exists` when it is the store itself.
    package init(
        of destination: any ObjectStore, job: Name, from source: any ObjectStore
    ) throws(StoreError) {
        let points = try PointReader(destination, job: job)
        try points.requireSameJob(as: try PointReader(source, job: job), in: source, "mend from")
        self.source = source
        self.destination = destination
        self.job = job
    }

    /// - Parameters:
    ///   - holder: Who holds the push lock, for people.
    ///   - arrived: Told of every piece that was sent, by its bytes; throws `interrupted` to stop.
    /// - Returns: What is there again, as the damage had it.
    package func run(
        _ damage: [CheckReport.Damage], holder: String, arrived: (Int) throws(StoreError) -> Void
    ) throws(StoreError) -> [CheckReport.Damage] {
        var objects: [ListedObject] = []
        for damaged in damage {
            guard let key = ObjectKey(path: damaged.object), key.job == job,
                [.pack, .map].contains(key.kind), let length = try source.length(of: key)
            else { continue }
            objects.append(ListedObject(key: key, length: length))
        }
        guard !objects.isEmpty else { return [] }
        try destination.lockForPush(job, holder: holder)
        defer { destination.unlockPush(job) }
        let lost = try ObjectTransfer(from: source, to: destination).carry(objects, arrived: arrived)
        let mended = Set(objects.map(\.key).filter { lost[$0] == nil }.map(\.path))
        return damage.filter { mended.contains($0.object) }
    }
}

extension PointReader {
    /// Whether what another store has under this job's name is this job.
    ///
    /// - Throws: `notFound` when it is another one; `exists` when the stores are one.
    func requireSameJob(
        as other: PointReader, in store: any ObjectStore, _ operation: String
    ) throws(StoreError) {
        guard other.storeID != storeID else {
            throw StoreError(.exists, operation, store.label, "it is the same store")
        }
        guard other.job.id == job.id, other.job.secret == job.secret else {
            throw StoreError(
                .notFound, operation, store.label, "it holds another job of the name \(job.name)",
                hint: "use another store")
        }
    }
}
