internal import Platform
package import StoreFormat

/// Carries objects that are named by their digests from one store to another, some side by side, a piece of each at a time.
///
/// Each is hashed on its way: what is not what its name says never arrives.
package struct ObjectTransfer {
    /// Bytes of a piece.
    private static let pieceBytes = 1 << 20
    /// Bytes that are shipped over one lane before more are opened.
    private static let narrowBytes = 64 << 20

    private let source: any ObjectStore
    private let destination: any ObjectStore

    package init(from source: any ObjectStore, to destination: any ObjectStore) {
        self.source = source
        self.destination = destination
    }

    /// Carries all of them; those that arrive are durable when it returns.
    ///
    /// - Parameter arrived: Told of every piece that was sent, by its bytes; throws `interrupted` to stop.
    /// - Returns: Why each of the others cannot be had.
    package func carry(
        _ objects: [ListedObject], arrived: (Int) throws(StoreError) -> Void
    ) throws(StoreError) -> [ObjectKey: StoreError] {
        let total = objects.saturatingSum(\.length)
        let lanes = total > Self.narrowBytes ? destination.widen() : 1
        var lost: [ObjectKey: StoreError] = [:]
        var rest = objects[...]
        while !rest.isEmpty {
            let batch = rest.prefix(lanes)
            rest = rest.dropFirst(lanes)
            try carry(batch.map(Parcel.init), &lost, arrived)
        }
        return lost
    }

    private func carry(
        _ parcels: [Parcel], _ lost: inout [ObjectKey: StoreError],
        _ arrived: (Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        let pieces = Self.pieces(of: parcels)
        do throws(StoreError) {
            for parcel in parcels { try parcel.begin(in: destination) }
            try source.fetch(pieces.map(\.request)) { (number, answer) throws(StoreError) in
                let parcel = parcels[pieces[number].parcel]
                guard parcel.failure == nil else { return }
                switch answer {
                case .success(.bytes(let bytes)):
                    try parcel.append(bytes)
                    try arrived(bytes.count)
                case .success(.records): break
                case .failure(let error): try parcel.fail(error)
                }
            }
            for parcel in parcels where parcel.failure == nil { try parcel.confirm() }
        } catch {
            for parcel in parcels { parcel.abandon() }
            throw error
        }
        for parcel in parcels { if let failure = parcel.failure { lost[parcel.object.key] = failure } }
    }

    /// The pieces of all parcels in turn.
    private static func pieces(of parcels: [Parcel]) -> [(parcel: Int, request: ReadRequest)] {
        var pieces: [(parcel: Int, request: ReadRequest)] = []
        let longest = parcels.map(\.object.length).max() ?? 0
        for start in stride(from: 0, to: max(1, longest), by: pieceBytes) {
            for (number, parcel) in parcels.enumerated() where start < max(1, parcel.object.length) {
                let count = min(parcel.object.length - start, pieceBytes)
                pieces.append((number, .bytes(parcel.object.key, offset: start, count: count)))
            }
        }
        return pieces
    }
}

/// An object under way.
private final class Parcel {
    let object: ListedObject
    /// Why it cannot be had.
    private(set) var failure: StoreError?
    private var upload: (any ObjectUpload)?
    private var hasher = Optional(SHA256Hasher())
    private var sentBytes = 0

    init(_ object: ListedObject) { self.object = object }

    func begin(in store: any ObjectStore) throws(StoreError) {
        guard let kind = object.key.kind, let job = object.key.job else {
            throw StoreError(.failed, "copy", object.key.path, "it is the store's own")
        }
        upload = try store.beginUpload(kind, job: job)
    }

    /// Sends a piece; with the last one the object gets its name.
    func append(_ bytes: [UInt8]) throws(StoreError) {
        hasher?.update(bytes)
        try upload?.append(bytes)
        sentBytes += bytes.count
        guard sentBytes == object.length, let found = hasher.take()?.finish() else { return }
        guard let name = object.key.digest, found == name else {
            return try fail(StoreError(.corrupt, "read", object.key.path, "its SHA-256 is \(found)"))
        }
        try upload?.seal(name)
    }

    func confirm() throws(StoreError) {
        try upload?.confirm()
        upload = nil
    }

    /// Notes that it cannot be had.
    ///
    /// - Throws: Errors of the connection, not those of the object.
    func fail(_ error: StoreError) throws(StoreError) {
        guard error.tellsOfDamage else { throw error }
        failure = error
        abandon()
    }

    func abandon() {
        upload?.abandon()
        upload = nil
    }
}
