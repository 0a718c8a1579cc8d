package import Platform
package import StoreFormat

/// A store in front of another one, which answers for it in all that it does not say itself.
package protocol ForwardingStore: ObjectStore {
    var base: any ObjectStore { get }
}

extension ForwardingStore {
    package var label: String { base.label }
    package var traffic: Traffic { base.traffic }

    package func initialise(_ object: StoreObject) throws(StoreError) -> Bool { try base.initialise(object) }

    package func publishJob(_ job: Name, _ object: [UInt8]) throws(StoreError) -> Bool {
        try base.publishJob(job, object)
    }

    package func jobs() throws(StoreError) -> [Name] { try base.jobs() }

    package func list(_ kind: ObjectKind, job: Name) throws(StoreError) -> [ListedObject] {
        try base.list(kind, job: job)
    }

    package func length(of key: ObjectKey) throws(StoreError) -> Int? { try base.length(of: key) }

    package func read(_ key: ObjectKey, at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
        try base.read(key, at: offset, count: count)
    }

    package func reads() -> any ObjectReads { base.reads() }

    package func beginUpload(_ kind: ObjectKind, job: Name) throws(StoreError) -> any ObjectUpload {
        try base.beginUpload(kind, job: job)
    }

    package func widen() -> Int { base.widen() }

    package func adopt(_ packs: [ListedObject], job: Name) throws(StoreError) -> [Bool] {
        try base.adopt(packs, job: job)
    }

    package func commit(
        _ point: [UInt8], generation: UInt64, job: Name, madeBy maker: Maker?
    ) throws(StoreError) -> Receipt {
        try base.commit(point, generation: generation, job: job, madeBy: maker)
    }

    package func publishNote(_ note: [UInt8], id: NoteID, job: Name) throws(StoreError) -> Receipt {
        try base.publishNote(note, id: id, job: job)
    }

    package func lockForPush(_ job: Name, holder: String) throws(StoreError) {
        try base.lockForPush(job, holder: holder)
    }

    package func unlockPush(_ job: Name) { base.unlockPush(job) }

    package func check(
        _ request: CheckRequest, progress: (CheckReport) throws(StoreError) -> Void
    ) throws(StoreError) -> CheckReport {
        try base.check(request, progress: progress)
    }

    package func space() throws(StoreError) -> SpaceStatus { try base.space() }

    package func forget(_ request: ForgetRequest) throws(StoreError) -> ForgetReport {
        try base.forget(request)
    }

    package func collect(_ request: CollectRequest) throws(StoreError) -> CollectReport {
        try base.collect(request)
    }

    package func drop(_ request: DropRequest) throws(StoreError) -> DropReport { try base.drop(request) }

    package func keepAlive() throws(StoreError) { try base.keepAlive() }

    package func leave() { base.leave() }

    package func close() throws(StoreError) { try base.close() }
}
