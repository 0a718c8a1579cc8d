package import Platform
package import StoreFormat

/// Where the objects of a store are: a folder of this host, memory in tests (docs/decisions/0015-storage-and-service.md).
///
/// A storage knows objects by their keys. It has no idea of a recovery point, of a lock, or of moving an object, so that a
/// bucket can be one, too. Whatever it reports as created is durable. One thread at a time.
package protocol ObjectStorage: AnyObject {
    /// What people call it: `directory /media/usb/hybridrep`.
    var label: String { get }

    /// The time by the clock of whoever keeps the objects.
    var now: Timestamp { get }

    /// Called between the steps of long work, to show that it is still running.
    var pulse: (() throws(StoreError) -> Void)? { get set }

    /// Names of the jobs that have a place, sorted.
    func jobs() throws(StoreError) -> [Name]

    /// All objects of a kind, sorted by name. What does not look like one is left out.
    func list(_ kind: ObjectKind, job: Name) throws(StoreError) -> [ListedObject]

    /// Their keys alone, which may take less than their lengths.
    func keys(of kind: ObjectKind, job: Name) throws(StoreError) -> [ObjectKey]

    /// Nil when there is no such object.
    func length(of key: ObjectKey) throws(StoreError) -> Int?

    /// Exactly `count` bytes from `offset`, which the caller has checked against ``ReadLimit``.
    ///
    /// - Throws: `notFound`; `corrupt` when the object ends before.
    func read(_ key: ObjectKey, at offset: Int, count: Int) throws(StoreError) -> [UInt8]

    /// SHA-256 of an object's bytes.
    func hash(_ key: ObjectKey) throws(StoreError) -> Digest256

    /// Makes room for the objects of a store, or of a job in it.
    func prepare(for job: Name?) throws(StoreError)

    /// Makes a small object, unless its name is taken.
    func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(StoreError) -> Creation

    /// Begins an object that is named by its digest when all of it is there.
    func stage(_ kind: ObjectKind, job: Name) throws(StoreError) -> any StagedObject

    /// Removes an object for good.
    func delete(_ key: ObjectKey) throws(StoreError)

    func space() throws(StoreError) -> SpaceStatus

    func close()
}

/// What came of making an object.
package enum Creation: Sendable {
    case created
    /// There is one of that name, which stays.
    case taken
    /// The answer was lost: the object may be there or appear later. Of a folder it never happens.
    case unknown
}

/// An object on its way into a storage, hashed as it arrives.
package protocol StagedObject: AnyObject {
    /// Bytes that have arrived.
    var length: Int { get }

    /// - Throws: `refused` for more bytes than an object of its kind may have.
    func append(_ bytes: [UInt8]) throws(StoreError)

    /// Bytes that have arrived, exactly `count` from `offset`.
    func read(at offset: Int, count: Int) throws(StoreError) -> [UInt8]

    /// Names the object by its digest and makes it durable.
    ///
    /// An equal object that is there will do; one of that name with other bytes is damage, and is replaced.
    /// - Parameter admit: Throws where the object may not get its name; called when its digest is verified.
    /// - Throws: `corrupt` when what arrived has another digest.
    func finish(_ name: Digest256, admit: (ObjectKey) throws(StoreError) -> Void) throws(StoreError)

    /// Throws away what has arrived.
    func abandon()
}

extension ObjectStorage {
    package func keys(of kind: ObjectKind, job: Name) throws(StoreError) -> [ObjectKey] {
        try list(kind, job: job).map(\.key)
    }

    package func hash(_ key: ObjectKey) throws(StoreError) -> Digest256 {
        guard let length = try length(of: key) else {
            throw StoreError(.notFound, "hash", key.path, "no such object in \(label)")
        }
        var hasher = SHA256Hasher()
        for offset in stride(from: 0, to: length, by: 1 << 20) {
            hasher.update(try read(key, at: offset, count: min(1 << 20, length - offset)))
            try pulse?()
        }
        return hasher.finish()
    }
}
