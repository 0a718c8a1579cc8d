package import Platform
package import StoreFormat

/// A store of recovery points, wherever it is.
///
/// The contract, the same for a folder of this host and for one behind an agent:
/// - Objects are immutable. Nothing replaces one; only ``forget(_:)``, ``collect(_:)`` and ``drop(_:)`` take any away.
/// - What `finish`, `publishJob`, `initialise` and `commit` and `publishNote` report is durable: content, name, and every
///   folder made on the way have been synced.
/// - An object whose name is its digest is hashed by the store's side before it gets its name.
/// - Names come as values (``Name``, ``Digest256``), never as paths.
/// - One thread at a time; no more uploads are open at once than ``widen()`` has said.
package protocol ObjectStore: AnyObject {
    /// What people call it: `directory /media/usb/hybridrep`.
    var label: String { get }

    /// Bytes that crossed the transport so far, both zero without one.
    var traffic: Traffic { get }

    /// Makes the store. False when there is one already; it stays as it is.
    func initialise(_ object: StoreObject) throws(StoreError) -> Bool

    /// Gives a job its folder and object. False when it has one already; it stays as it is.
    ///
    /// - Throws: `corrupt` when `object` is not one of this job in this store.
    func publishJob(_ job: Name, _ object: [UInt8]) throws(StoreError) -> Bool

    /// Names of the jobs in the store, sorted.
    func jobs() throws(StoreError) -> [Name]

    /// All objects of a kind, sorted by name. What does not look like one is left out.
    func list(_ kind: ObjectKind, job: Name) throws(StoreError) -> [ListedObject]

    /// Nil when there is no such object.
    func length(of key: ObjectKey) throws(StoreError) -> Int?

    /// Exactly `count` bytes from `offset`.
    ///
    /// - Throws: `notFound`; `corrupt` when the object ends before; `failed` above what ``ReadLimit`` allows.
    func read(_ key: ObjectKey, at offset: Int, count: Int) throws(StoreError) -> [UInt8]

    /// Reads that are asked for ahead of the answers to those before.
    func reads() -> any ObjectReads

    /// Begins an object that will be named by its digest: a pack, a map or an index.
    ///
    /// A store behind a transport may report only at ``ObjectUpload/finish(_:)`` what went wrong here.
    func beginUpload(_ kind: ObjectKind, job: Name) throws(StoreError) -> any ObjectUpload

    /// Opens what lanes there are for large uploads, and says how many of these may be open at once from here on.
    ///
    /// Before it is asked, one may be open.
    func widen() -> Int

    /// Makes durable what pushes that were cut have left: the names of points, and those of `packs` that are there with
    /// their lengths.
    ///
    /// - Returns: Of each pack whether it is there.
    func adopt(_ packs: [ListedObject], job: Name) throws(StoreError) -> [Bool]

    /// Makes a point final.
    ///
    /// Refused with `exists` when the generation is taken or is not the one after the newest, with `corrupt`
    /// when a map segment it names is not there.
    /// - Parameter maker: Its maker in the store that it is copied from; an agent records the client that commits it instead.
    /// - Returns: When the store received it, and from whom.
    func commit(
        _ point: [UInt8], generation: UInt64, job: Name, madeBy maker: Maker?
    ) throws(StoreError) -> Receipt

    /// Makes a note final.
    ///
    /// - Throws: `exists` when the id is taken.
    /// - Returns: When the store received it.
    func publishNote(_ note: [UInt8], id: NoteID, job: Name) throws(StoreError) -> Receipt

    /// Takes the lock that pushes of this job exclude each other by.
    ///
    /// - Parameter holder: pid, host, run id and start time, for people.
    /// - Throws: `locked`, naming the holder.
    func lockForPush(_ job: Name, holder: String) throws(StoreError)
    func unlockPush(_ job: Name)

    /// Proves objects where they are; nothing but the answer crosses the wire.
    ///
    /// - Parameter progress: Throws `interrupted` to end it, and with it the session.
    func check(_ request: CheckRequest, progress: (CheckReport) throws(StoreError) -> Void) throws(StoreError)
        -> CheckReport

    func space() throws(StoreError) -> SpaceStatus

    /// Takes points away, all that are asked for but those that the store guards (``ForgetReport/kept``).
    ///
    /// Objects that only they needed stay until ``collect(_:)``.
    /// - Throws: `refused` where nothing may go; `corrupt` where something cannot be read or is not proved; `locked` while
    ///   a push is at work. Nothing has gone then.
    func forget(_ request: ForgetRequest) throws(StoreError) -> ForgetReport

    /// Takes away what no point needs: to the trash first, and from there for good later.
    ///
    /// - Throws: `locked` while anybody uses the job; `refused`; `corrupt` where what is needed cannot be told.
    func collect(_ request: CollectRequest) throws(StoreError) -> CollectReport

    /// Removes a job with all that the store has of it, for good.
    ///
    /// - Throws: `refused` where it may not go, or has pinned points; `locked` while anybody uses the job; `notFound`.
    func drop(_ request: DropRequest) throws(StoreError) -> DropReport

    /// Tells the far end that this one is at work, in the middle of long work of its own; at most once in 15 seconds.
    func keepAlive() throws(StoreError)

    /// Begins to end the session, so that ``close()`` has less to wait for. Nothing but that may be called after it.
    func leave()

    /// Ends the session. Nothing else may be called after it.
    func close() throws(StoreError)
}

/// An object on its way into a store.
package protocol ObjectUpload: AnyObject {
    func append(_ bytes: [UInt8]) throws(StoreError)

    /// Names the object by its digest and makes it durable; an equal one that is there already will do.
    ///
    /// - Throws: `corrupt` when what arrived has another digest.
    func finish(_ name: Digest256) throws(StoreError)

    /// The same without waiting: the object is durable when ``confirm()`` has returned. The next upload may begin.
    func seal(_ name: Digest256) throws(StoreError)

    /// Waits for what ``seal(_:)`` began.
    ///
    /// - Throws: The errors of ``finish(_:)``.
    func confirm() throws(StoreError)

    /// Throws away what has arrived.
    func abandon()
}

extension ObjectStore {
    /// Makes a point final that is made here.
    package func commit(_ point: [UInt8], generation: UInt64, job: Name) throws(StoreError) -> Receipt {
        try commit(point, generation: generation, job: job, madeBy: nil)
    }

    package func widen() -> Int { 1 }
    package func keepAlive() throws(StoreError) {}
    package func leave() {}
}

extension ObjectUpload {
    package func seal(_ name: Digest256) throws(StoreError) { try finish(name) }
    package func confirm() throws(StoreError) {}
}

/// Bytes over a transport, with the handshake, without SSH's own overhead.
package struct Traffic: Equatable, Sendable {
    package var sentBytes: Int
    package var receivedBytes: Int

    package init(sentBytes: Int = 0, receivedBytes: Int = 0) {
        self.sentBytes = sentBytes
        self.receivedBytes = receivedBytes
    }

    package static func + (left: Self, right: Self) -> Self {
        Self(
            sentBytes: left.sentBytes + right.sentBytes,
            receivedBytes: left.receivedBytes + right.receivedBytes)
    }

    package static func - (left: Self, right: Self) -> Self {
        Self(
            sentBytes: left.sentBytes - right.sentBytes,
            receivedBytes: left.receivedBytes - right.receivedBytes)
    }
}
