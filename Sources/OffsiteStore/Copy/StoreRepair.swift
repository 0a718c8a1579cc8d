internal import Platform
internal import StoreFormat

/// Gives a store packs and map segments back that it has lost, from another store of the same job.
///
/// They are the same bytes in every store, and are hashed on their way and again on arrival. An object that is there is
/// replaced only if its SHA-256 is not its name; the damaged file goes to the trash.
package struct StoreRepair {
    private let source: Repository
    private let destination: Repository
    private var job: Name { destination.job.name }

    /// - Throws: `notFound` when the source holds another job of the name; `exists` when it is the store itself.
    package init(of destination: Repository, from source: Repository) throws(StoreError) {
        try destination.requireSameJob(as: source, "repair from")
        self.source = source
        self.destination = destination
    }

    /// - Parameters:
    ///   - holder: The holder of the push lock, for people.
    ///   - arrived: Told of every piece that was sent, by its bytes; throws `interrupted` to stop.
    /// - Returns: The damage that was repaired.
    package func run(
        _ damage: [CheckReport.Damage], holder: String, arrived: (Int) throws(StoreError) -> Void
    ) throws(StoreError) -> [CheckReport.Damage] {
        var objects: [ListedObject] = []
        for damaged in damage {
            guard let key = ObjectKey(path: damaged.object), key.job == job,
                [.pack, .map].contains(key.kind), let length = try source.store.length(of: key)
            else { continue }
            objects.append(ListedObject(key: key, length: length))
        }
        guard !objects.isEmpty else { return [] }
        try destination.store.lockForPush(job, holder: holder)
        defer { destination.store.unlockPush(job) }
        let lost = try ObjectTransfer(from: source.store, to: destination.store).carry(
            objects, arrived: arrived)
        destination.forget()
        let mended = Set(objects.map(\.key).filter { lost[$0] == nil }.map(\.path))
        return damage.filter { mended.contains($0.object) }
    }
}

extension Repository {
    /// Requires that another store's job of this name is this job.
    ///
    /// - Throws: `notFound` when it is another one; `exists` when the stores are one.
    func requireSameJob(as other: Repository, _ operation: String) throws(StoreError) {
        guard other.storeID != storeID else {
            throw StoreError(.exists, operation, other.store.label, "it is the same store")
        }
        guard other.job.id == job.id, other.job.secret == job.secret else {
            throw StoreError(
                .notFound, operation, other.store.label, "it holds another job of the name \(job.name)",
                hint: "use another store")
        }
    }
}
