package import Platform
package import StoreFormat

/// A store that takes no more than a number of bytes, of all its jobs together.
///
/// Of a folder everything counts: objects, notes, tombs, the trash, and what any session has under way, so that several sessions
/// cannot exceed the quota together: an object gets its name only if all of that still fits. For a store of an agent,
/// listed objects count. Objects that a refused push has sent stay, so that the next push can resume.
/// Results about a full store must be kept: notes have a small reserve beyond the limit.
package final class QuotaStore: ForwardingStore {
    package let base: any ObjectStore
    private let limit: Int
    /// Nil until it was counted.
    private var used: Int?
    /// Bytes that this session has taken since.
    private var sinceCount = 0
    /// Nil for a store of an agent.
    private let local: LocalStoreService?
    private static let leastStep = 64 << 10
    private static let mostStep = 256 << 20
    private static let leastReserve = 1 << 20
    private var noteReserve: Int { max(Self.leastReserve, limit / 64) }

    package init(_ base: any ObjectStore, limit: Int) {
        self.base = base
        self.limit = limit
        local = base as? LocalStoreService
    }

    private func count() throws(StoreError) -> Int {
        sinceCount = 0
        if let local {
            let bytes = try local.usedBytes()
            used = bytes
            return bytes
        }
        var sum = 0
        for job in try base.jobs() {
            for kind in ObjectKind.clients {
                sum = try base.list(kind, job: job).reduce(sum) { $0 + $1.length }
            }
        }
        used = sum
        return sum
    }

    /// The room that is left.
    private func room() throws(StoreError) -> SpaceStatus {
        let known = if let used { used } else { try count() }
        return SpaceStatus(availableBytes: max(0, limit - known), totalBytes: limit, isQuota: true)
    }

    /// - Throws: `refused` where so many bytes more would be too many.
    private func require(_ byteCount: Int, _ operation: String) throws(StoreError) {
        let left = try room().availableBytes
        guard byteCount <= left else {
            throw StoreError(
                .refused, operation, label,
                "\(byteCount) bytes more are needed, of its quota of \(limit) bytes \(left) are left",
                hint: "raise the quota (of the target here, of serve at the far end), or keep fewer points")
        }
    }

    private func take(_ byteCount: Int, _ operation: String) throws(StoreError) {
        // Others take from the same room: the less is left, the more often it is counted.
        let step = min(Self.mostStep, max(Self.leastStep, try room().availableBytes / 64))
        if local != nil, sinceCount >= step { _ = try count() }
        try require(byteCount, operation)
        used? += byteCount
        sinceCount += byteCount
    }

    /// Counts everything before an object gets its name.
    private func requireWhole() throws(StoreError) {
        guard local != nil, try room().availableBytes < Self.mostStep * 64 else { return }
        let found = try count()
        guard found <= limit else {
            throw StoreError(
                .refused, "put into", label, "it would have \(found) bytes of its quota of \(limit)",
                hint: "raise the quota (of the target here, of serve at the far end), or keep fewer points")
        }
    }

    package func publishNote(_ note: [UInt8], id: NoteID, job: Name) throws(StoreError) -> Receipt {
        let known = if let used { used } else { try count() }
        guard known + note.count <= limit + noteReserve else {
            throw StoreError(
                .refused, "note", label, "its quota of \(limit) bytes and the reserve for notes are used up",
                hint: "raise the quota, or keep fewer points")
        }
        let receipt = try base.publishNote(note, id: id, job: job)
        used? += note.count
        return receipt
    }

    package func beginUpload(_ kind: ObjectKind, job: Name) throws(StoreError) -> any ObjectUpload {
        Upload(try base.beginUpload(kind, job: job), self)
    }

    /// Counts what is sent, and gives it back when it is thrown away.
    private final class Upload: ObjectUpload {
        private let base: any ObjectUpload
        private let store: QuotaStore
        private var sent = 0

        init(_ base: any ObjectUpload, _ store: QuotaStore) {
            self.base = base
            self.store = store
        }

        func append(_ bytes: [UInt8]) throws(StoreError) {
            try store.take(bytes.count, "put into")
            sent += bytes.count
            try base.append(bytes)
        }

        func finish(_ name: Digest256) throws(StoreError) {
            try store.requireWhole()
            try base.finish(name)
        }

        func seal(_ name: Digest256) throws(StoreError) {
            try store.requireWhole()
            try base.seal(name)
        }

        func confirm() throws(StoreError) { try base.confirm() }

        func abandon() {
            store.used? -= sent
            sent = 0
            base.abandon()
        }
    }

    package func commit(
        _ point: [UInt8], generation: UInt64, job: Name, madeBy maker: Maker?
    ) throws(StoreError) -> Receipt {
        _ = try count()
        try take(point.count, "commit to")
        return try base.commit(point, generation: generation, job: job, madeBy: maker)
    }

    package func lockForPush(_ job: Name, holder: String) throws(StoreError) {
        try base.lockForPush(job, holder: holder)
        do throws(StoreError) {
            _ = try count()
            try require(room().reservedBytes, "push to")
        } catch {
            base.unlockPush(job)
            throw error
        }
    }

    /// The narrower one of disk and quota.
    package func space() throws(StoreError) -> SpaceStatus {
        let space = try base.space()
        let room = try room()
        return space.holds(room.availableBytes) ? room : space
    }

    package func drop(_ request: DropRequest) throws(StoreError) -> DropReport {
        used = nil
        return try base.drop(request)
    }

    package func collect(_ request: CollectRequest) throws(StoreError) -> CollectReport {
        used = nil
        return try base.collect(request)
    }
}
