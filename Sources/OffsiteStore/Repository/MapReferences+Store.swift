internal import BitCollections
internal import Platform
internal import StoreFormat

extension MapReferences {
    /// Reads the frames and records that a segment in a store refers to.
    ///
    /// - Parameter pulse: Called before each read.
    static func read(
        _ name: Digest256, length: Int, of job: JobObject, in store: any ObjectStore,
        pulse: (() throws(StoreError) -> Void)? = nil
    ) throws(StoreError) -> [FrameID: BitSet] {
        let key = ObjectKey.map(job.name, name)
        return try read(
            length: length, job: job.id, expected: name, format: { StoreError("read", key.path, $0) }
        ) { (offset, count) throws(StoreError) in
            try pulse?()
            return try store.read(key, at: offset, count: count)
        }
    }
}
