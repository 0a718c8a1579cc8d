internal import Platform
internal import StoreFormat

/// Packs and map segments that a store has, with their lengths.
struct RemoteInventory {
    private(set) var packs: [Digest256: Int] = [:]
    /// Those that points there name: what a run that was cut has left is sent again, which makes its name durable.
    private(set) var maps: [Digest256: Int] = [:]

    init() {}

    init(of repository: Repository, _ catalog: PointCatalog) throws(StoreError) {
        packs = try Self.lengths(of: .pack, in: repository)
        let named = Set(catalog.entries.flatMap(\.segments).map(\.name))
        maps = try Self.lengths(of: .map, in: repository).filter { named.contains($0.key) }
    }

    private static func lengths(
        of kind: ObjectKind, in repository: Repository
    ) throws(StoreError) -> [Digest256: Int] {
        let objects = try repository.store.list(kind, job: repository.job.name)
        return Dictionary(objects.compactMap { object in object.key.digest.map { ($0, object.length) } }) {
            $1
        }
    }
}
