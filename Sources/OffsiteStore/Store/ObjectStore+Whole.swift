package import Platform

extension ObjectStore {
    /// A whole small object.
    ///
    /// - Parameter limit: Most bytes an object of its kind has.
    package func whole(_ key: ObjectKey, limit: Int) throws(StoreError) -> [UInt8] {
        guard let length = try length(of: key) else {
            throw StoreError(.notFound, "get", key.path, "no such object in \(label)")
        }
        guard length <= limit else {
            throw StoreError(
                .corrupt, "get", key.path, "has \(length) bytes, more than the limit of \(limit)")
        }
        var bytes: [UInt8] = []
        while bytes.count < length {
            let count = min(length - bytes.count, ReadLimit.bytes)
            bytes.append(contentsOf: try read(key, at: bytes.count, count: count))
        }
        return bytes
    }

    /// A whole small object as an upload of its own.
    package func put(_ kind: ObjectKind, job: Name, _ bytes: [UInt8]) throws(StoreError) -> Digest256 {
        let name = SHA256Hasher.hash(bytes.span)
        let upload = try beginUpload(kind, job: job)
        do throws(StoreError) {
            try upload.append(bytes)
            try upload.finish(name)
        } catch {
            upload.abandon()
            throw error
        }
        return name
    }

    package func storeObject() throws(StoreError) -> StoreObject {
        let bytes: [UInt8]
        do throws(StoreError) {
            bytes = try whole(.store, limit: StoreObject.maximumBytes)
        } catch {
            guard error.kind == .notFound else { throw error }
            throw StoreError(
                .notFound, "open", label, "there is no store",
                hint: "make it with: hybridrep init TARGET --job JOB")
        }
        do throws(FormatError) { return try StoreObject(parsing: bytes) } catch {
            throw StoreError("read", ObjectKey.store.path, error)
        }
    }
}

/// What one `read` may ask for at most.
package enum ReadLimit {
    package static let bytes = Frame.maximumBytes
    /// And from where at most; beyond any object, and far from the edge of a 64-bit integer.
    package static let maximumOffset = 1 << 60
}
