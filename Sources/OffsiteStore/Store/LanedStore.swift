package import Platform

/// A store whose large uploads go over several lanes: sessions of their own with the same store.
///
/// The first lane leads: it holds the locks, commits, and does all else; the others only take objects. They are
/// opened when they are asked for, and those that cannot be had are done without.
package final class LanedStore: ObjectStore {
    private let lead: any ObjectStore
    private var others: [any ObjectStore] = []
    private let open: () -> [any ObjectStore]
    private var hasWidened = false
    /// Of each lane, whether an upload is open in it.
    private var isBusy = [false]

    /// - Parameter open: Opens the further lanes, or as many of them as there can be.
    package init(leading lead: any ObjectStore, _ open: @escaping () -> [any ObjectStore]) {
        self.lead = lead
        self.open = open
    }

    package var label: String { lead.label }

    package var traffic: Traffic {
        others.reduce(into: lead.traffic) { sum, lane in
            sum.sentBytes += lane.traffic.sentBytes
            sum.receivedBytes += lane.traffic.receivedBytes
        }
    }

    package func widen() -> Int {
        if !hasWidened {
            hasWidened = true
            others = open()
            isBusy += others.map { _ in false }
        }
        return isBusy.count
    }

    /// Begins it in the first lane that is free.
    package func beginUpload(_ kind: ObjectKind, job: Name) throws(StoreError) -> any ObjectUpload {
        let lane = isBusy.firstIndex(of: false) ?? 0
        let store = lane == 0 ? lead : others[lane - 1]
        let upload = try store.beginUpload(kind, job: job)
        isBusy[lane] = true
        return Upload(upload) { [unowned self] in isBusy[lane] = false }
    }

    /// Frees its lane when nothing more is sent in it.
    private final class Upload: ObjectUpload {
        private let upload: any ObjectUpload
        private var free: (() -> Void)?

        init(_ upload: any ObjectUpload, free: @escaping () -> Void) {
            self.upload = upload
            self.free = free
        }

        private func end() { free.take()?() }

        func append(_ bytes: [UInt8]) throws(StoreError) { try upload.append(bytes) }

        func finish(_ name: Digest256) throws(StoreError) {
            defer { end() }
            try upload.finish(name)
        }

        func seal(_ name: Digest256) throws(StoreError) {
            defer { end() }
            try upload.seal(name)
        }

        func confirm() throws(StoreError) { try upload.confirm() }

        func abandon() {
            upload.abandon()
            end()
        }
    }

    // MARK: what the leading lane does

    package func initialise(_ object: StoreObject) throws(StoreError) -> Bool { try lead.initialise(object) }

    package func publishJob(_ job: Name, _ object: [UInt8]) throws(StoreError) -> Bool {
        try lead.publishJob(job, object)
    }

    package func jobs() throws(StoreError) -> [Name] { try lead.jobs() }

    package func list(_ kind: ObjectKind, job: Name) throws(StoreError) -> [ListedObject] {
        try lead.list(kind, job: job)
    }

    package func length(of key: ObjectKey) throws(StoreError) -> Int? { try lead.length(of: key) }

    package func read(_ key: ObjectKey, at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
        try lead.read(key, at: offset, count: count)
    }

    package func reads() -> any ObjectReads { lead.reads() }

    package func adopt(_ packs: [ListedObject], job: Name) throws(StoreError) -> [Bool]? {
        try lead.adopt(packs, job: job)
    }

    package func commit(_ point: [UInt8], generation: UInt64, job: Name) throws(StoreError) -> Receipt {
        try lead.commit(point, generation: generation, job: job)
    }

    package func publishNote(_ note: [UInt8], id: NoteID, job: Name) throws(StoreError) -> Receipt {
        try lead.publishNote(note, id: id, job: job)
    }

    package func lockForPush(_ job: Name, holder: String) throws(StoreError) {
        try lead.lockForPush(job, holder: holder)
    }

    package func unlockPush(_ job: Name) { lead.unlockPush(job) }

    package func check(
        _ request: CheckRequest, progress: (CheckReport) throws(StoreError) -> Void
    ) throws(StoreError) -> CheckReport {
        try lead.check(request, progress: progress)
    }

    package func space() throws(StoreError) -> SpaceStatus { try lead.space() }

    package func forget(_ request: ForgetRequest) throws(StoreError) -> ForgetReport {
        try lead.forget(request)
    }

    package func collect(_ request: CollectRequest) throws(StoreError) -> CollectReport {
        try lead.collect(request)
    }

    package func close() throws(StoreError) {
        // What they were for was answered long ago.
        for lane in others { lane.leave() }
        lead.leave()
        for lane in others { try? lane.close() }
        try lead.close()
    }
}
