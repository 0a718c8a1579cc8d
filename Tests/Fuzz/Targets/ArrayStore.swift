internal import DeltaSync
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// A store that has what a fuzzer gave it; it can only be read.
final class ArrayStore: ObjectStore {
    let label = "array"
    let traffic = Traffic()
    private var objects: [ObjectKey: [UInt8]] = [:]

    subscript(key: ObjectKey) -> [UInt8]? {
        get { objects[key] }
        set { objects[key] = newValue }
    }

    /// What ``space()`` tells; nil for a store that does not.
    var room: SpaceStatus?

    func jobs() -> [Name] {
        objects.keys.compactMap { if case .job(let job) = $0 { job } else { nil } }.sorted()
    }

    func list(_ kind: ObjectKind, job: Name) -> [ListedObject] {
        let folder = "jobs/\(job)/\(kind.folder)/"
        return objects.filter { $0.key.path.hasPrefix(folder) }.sorted { $0.key.path < $1.key.path }
            .map { ListedObject(key: $0.key, length: $0.value.count) }
    }

    func length(of key: ObjectKey) -> Int? { objects[key]?.count }

    func read(_ key: ObjectKey, at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
        guard let object = objects[key], (0...object.count).contains(offset),
            (0...object.count - offset).contains(count)
        else { throw StoreError(.corrupt, "get", key.path, "outside") }
        return Array(object[offset..<offset + count])
    }

    func initialise(_ object: StoreObject) throws(StoreError) -> Bool { throw readOnly }
    func publishJob(_ job: Name, _ object: [UInt8]) throws(StoreError) -> Bool { throw readOnly }
    func beginUpload(_ kind: ObjectKind, job: Name) throws(StoreError) -> any ObjectUpload { throw readOnly }
    func adopt(_ packs: [ListedObject], job: Name) -> [Bool] {
        packs.map { length(of: $0.key) == $0.length }
    }
    func commit(
        _ point: [UInt8], generation: UInt64, job: Name, madeBy maker: Maker?
    ) throws(StoreError) -> Receipt {
        throw readOnly
    }
    func publishNote(_ note: [UInt8], id: NoteID, job: Name) throws(StoreError) -> Receipt { throw readOnly }
    func lockForPush(_ job: Name, holder: String) throws(StoreError) { throw readOnly }
    func unlockPush(_ job: Name) {}
    func check(
        _ request: CheckRequest, progress: (CheckReport) throws(StoreError) -> Void
    ) throws(StoreError) -> CheckReport { throw readOnly }
    func space() throws(StoreError) -> SpaceStatus {
        guard let room else { throw readOnly }
        return room
    }
    func forget(_ request: ForgetRequest) throws(StoreError) -> ForgetReport { throw readOnly }
    func collect(_ request: CollectRequest) throws(StoreError) -> CollectReport { throw readOnly }
    func drop(_ request: DropRequest) throws(StoreError) -> DropReport { throw readOnly }
    func close() {}

    private var readOnly: StoreError { StoreError(.denied, "put", label, "read only") }
}
