package import Platform
package import StoreFormat

extension ObjectStore {
    /// A whole small object.
    ///
    /// - Parameter limit: Most bytes an object of its kind has.
    package func whole(_ key: ObjectKey, limit: Int) throws(StoreError) -> [UInt8] {
        guard let length = try length(of: key) else {
            throw StoreError(.notFound, "get", key.path, "no such object in \(label)")
        }
        return try whole(ListedObject(key: key, length: length), limit: limit)
    }

    /// A whole small object whose length is known.
    package func whole(_ object: ListedObject, limit: Int) throws(StoreError) -> [UInt8] {
        var found: Result<[UInt8], StoreError>?
        try wholes([object], limit: limit) { (_, bytes) throws(StoreError) in found = bytes }
        return try found?.get() ?? []
    }

    /// Whole small objects, several under way at once, each handed on in turn.
    package func wholes<E: Error>(
        _ objects: [ListedObject], limit: Int,
        _ body: (ObjectKey, Result<[UInt8], StoreError>) throws(E) -> Void
    ) throws(E) {
        var requests: [ReadRequest] = []
        /// Of each request its object.
        var owners: [Int] = []
        for (number, object) in objects.enumerated() {
            let length = object.length <= limit ? object.length : 0
            for start in stride(from: 0, to: max(1, length), by: ReadLimit.bytes) {
                requests.append(
                    .bytes(object.key, offset: start, count: min(length - start, ReadLimit.bytes)))
                owners.append(number)
            }
        }
        var bytes: [UInt8] = []
        var failure: StoreError?
        try fetch(requests) { (number, answer) throws(E) in
            switch answer {
            case .success(.bytes(let part)):
                let length = objects[owners[number]].length
                if bytes.isEmpty, length <= limit { bytes.reserveCapacity(length) }
                bytes.append(contentsOf: part)
            case .success(.records): break
            case .failure(let error): failure = failure ?? error
            }
            let owner = owners[number]
            guard number + 1 == owners.count || owners[number + 1] != owner else { return }
            let object = objects[owner]
            if object.length > limit {
                failure = StoreError(
                    .corrupt, "get", object.key.path,
                    "has \(object.length) bytes, more than the limit of \(limit)")
            }
            let whole = exchange(&bytes, with: [])
            if let error = failure.take() {
                try body(object.key, .failure(error))
            } else {
                try body(object.key, .success(whole))
            }
        }
    }

    /// A whole small object as an upload of its own.
    package func put(_ kind: ObjectKind, job: Name, _ bytes: [UInt8]) throws(StoreError) -> Digest256 {
        let name = SHA256Hasher.hash(bytes.span)
        try put(kind, job: job, name) { (upload) throws(StoreError) in try upload.append(bytes) }
        return name
    }

    /// A whole object from a file.
    ///
    /// - Parameter name: The SHA-256 of the file's first `length` bytes.
    package func put(
        _ kind: ObjectKind, job: Name, _ file: any OpenFile, length: Int, name: Digest256
    ) throws(StoreError) {
        try put(kind, job: job, name) { (upload) throws(StoreError) in
            try file.forEachPiece(upTo: length, { StoreError("read", file.path, $0) }) {
                (_, bytes) throws(StoreError) in try upload.append(bytes)
            }
        }
    }

    private func put(
        _ kind: ObjectKind, job: Name, _ name: Digest256,
        _ content: (any ObjectUpload) throws(StoreError) -> Void
    ) throws(StoreError) {
        let upload = try beginUpload(kind, job: job)
        do throws(StoreError) {
            try content(upload)
            try upload.finish(name)
        } catch {
            upload.abandon()
            throw error
        }
    }

    package func storeObject() throws(StoreError) -> StoreObject {
        // A store that knows its own name says by itself what is missing.
        guard let length = try length(of: .store) else {
            throw StoreError(
                .notFound, "open", label, "there is no store",
                hint: "make it with: hybridrep init TARGET --job JOB")
        }
        let bytes = try whole(
            ListedObject(key: .store, length: length), limit: StoreObject.maximumBytes)
        do throws(FormatError) { return try StoreObject(parsing: bytes) } catch {
            throw StoreError("read", ObjectKey.store.path, error)
        }
    }
}

/// Limits of one `read`.
package enum ReadLimit {
    package static let bytes = Frame.maximumBytes
    /// And from where at most; beyond any object, and far from the edge of a 64-bit integer.
    package static let maximumOffset = 1 << 60

    package static func check(_ key: ObjectKey, offset: Int, count: Int) throws(StoreError) {
        guard (0...maximumOffset).contains(offset), (0...bytes).contains(count) else {
            throw StoreError(
                .failed, "get", key.path, "\(count) bytes from \(offset) are too many at once",
                scope: .caller)
        }
    }
}
