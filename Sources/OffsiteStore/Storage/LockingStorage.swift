package import Platform
package import StoreFormat

/// A storage that can also lock a job, and move objects to a trash from which they can come back: a folder.
///
/// The commit protocol ``LocalStoreService`` follows today rests on it (docs/decisions/0015-storage-and-service.md).
package protocol LockingStorage: ObjectStorage {
    /// True if the job has a place, and thus locks.
    func hasPlace(for job: Name) throws(StoreError) -> Bool

    /// Takes a lock of a job; nil where another session holds it.
    ///
    /// - Parameter holder: The holder, for people; nil leaves the note as it is.
    /// - Throws: `denied` where this user may not write there.
    func lock(_ job: Name, _ lock: JobLock, _ kind: LockKind, holder: String?) throws(StoreError)
        -> (any HeldLock)?

    /// The last holder as noted; nil if nothing is noted.
    func holder(of lock: JobLock, _ job: Name) -> String?

    /// Opens an object for reading where it is.
    func open(_ key: ObjectKey) throws(StoreError) -> any OpenFile

    /// Time of an object's last change; nil when there is no such object.
    func modified(_ key: ObjectKey) throws(StoreError) -> Timestamp?

    /// Makes durable the names of all objects in these places, including those that other sessions gave.
    ///
    /// A session that was cut may have named an object and not have lived to make the name durable.
    func settleNames(_ places: [NamePlace]) throws(StoreError)

    /// Removes what dead sessions have left of objects that got no name; only the holder of the push lock may.
    func sweepTemporaries(_ job: Name)

    /// Bytes of everything that is there: objects, the trash, what was dropped, and what any session has under way.
    func usedBytes() throws(StoreError) -> Int

    /// The trash of a job, for one act.
    ///
    /// - Parameter isEmptiedAtOnce: True if this act's batch is deleted when the act ends.
    func trash(_ job: Name, isEmptiedAtOnce: Bool) -> any JobTrash

    /// Takes a job's name from it, durably; its files stay until ``removeDropped(_:)``.
    func drop(_ job: Name) throws(StoreError)

    /// True if files of a dropped job of this name are left.
    func hasDropped(_ job: Name) throws(StoreError) -> Bool

    /// Files of a job that has a place, and of those of its name that were dropped.
    func measure(_ job: Name) throws(StoreError) -> FileTally

    /// Removes what was dropped under this name.
    func removeDropped(_ job: Name) throws(StoreError) -> FileTally
}

/// Objects whose names a storage makes durable together.
package enum NamePlace: Hashable, Sendable {
    /// The job's own object.
    case job(Name)
    case objects(ObjectKind, Name)
    /// A pack, next to others of its kind.
    case pack(Name, Digest256)
}

/// The two locks of a job.
package enum JobLock: Sendable {
    /// Shared by all who use the job, held alone by collection.
    case use
    /// Held by the one push.
    case push
}

/// Files and their bytes.
package struct FileTally: Equatable, Sendable {
    package var files: Int
    package var bytes: Int

    package init(files: Int = 0, bytes: Int = 0) {
        self.files = files
        self.bytes = bytes
    }

    package static func += (tally: inout Self, other: Self) {
        tally.files += other.files
        tally.bytes = tally.bytes.saturatingAdd(other.bytes)
    }
}

/// A job's trash: the batch of this act and those of earlier acts (docs/format/store.md, section 5).
package protocol JobTrash: AnyObject {
    /// Files that were deleted without being moved, since the disk had no room for a new name.
    var removed: FileTally { get }

    /// Batches of earlier acts, oldest first.
    func batches() throws(StoreError) -> [TrashBatch]

    /// Names of the objects in a batch.
    func names(in batch: TrashBatch) throws(StoreError) -> [String]

    /// Bytes of everything in it.
    func bytes() throws(StoreError) -> Int

    /// Moves an object into this act's batch; not durable before ``sync()``.
    ///
    /// - Parameter generation: The newest point's; a batch is old enough when two more were made.
    func put(_ key: ObjectKey, newest generation: UInt64) throws(StoreError)

    /// Moves what was put aside as damaged into this act's batch.
    func putDamaged(newest generation: UInt64) throws(StoreError)

    /// Moves an object back that this act has put here, as far as that can be.
    func putBack(_ key: ObjectKey)

    /// Makes durable what was moved: first where it is, then where it is no more.
    func sync() throws(StoreError)

    /// Moves packs, maps and indexes of a batch back to where they were, as far as their places are free, durably.
    ///
    /// - Returns: How many came back.
    func undelete(_ batch: TrashBatch) throws(StoreError) -> Int

    /// One object; its new name is not durable yet.
    ///
    /// - Returns: False where its place is taken.
    func undelete(_ key: ObjectKey, of batch: TrashBatch) throws(StoreError) -> Bool

    /// Removes a batch and what is in it, for good.
    func remove(_ batch: TrashBatch) throws(StoreError) -> FileTally
}

/// The objects that one act has put into a trash.
package struct TrashBatch: Equatable, Sendable {
    /// The newest generation then.
    package let generation: UInt64
    package let time: Timestamp
    /// Tells batches of one trash apart.
    package let name: String

    package init(generation: UInt64, time: Timestamp, name: String) {
        self.generation = generation
        self.time = time
        self.name = name
    }
}
