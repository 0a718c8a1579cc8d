internal import Platform
internal import StoreFormat

/// The forgotten points, by the store's own records; an agent does not list them.
extension Repository {
    /// The newest tombstone, which names all that has gone; nil where nothing has.
    ///
    /// - Throws: `corrupt` when it cannot be read: what has gone is not known then.
    func newestTombstone() throws(StoreError) -> Tombstone? {
        guard let newest = try store.list(.tombstone, job: job.name).last,
            case .tombstone(_, let number) = newest.key
        else { return nil }
        let bytes = try store.whole(newest, limit: Tombstone.maximumBytes)
        do throws(FormatError) {
            let tombstone = try Tombstone(parsing: bytes, job: job.id, store: storeID)
            guard tombstone.number == number else { throw .badField(field: "tomb number", offset: 0) }
            return tombstone
        } catch { throw StoreError("read", newest.key.path, error) }
    }

    /// Makes a tombstone durable under its number.
    func publish(_ tombstone: Tombstone, in storage: any ObjectStorage) throws(StoreError) {
        let key = ObjectKey.tombstone(job.name, tombstone.number)
        guard try storage.create(key, tombstone.encoded(job: job.id, store: storeID)) == .created else {
            throw StoreError(
                .exists, "put", key.path, "another run has forgotten points meanwhile", hint: "try again")
        }
    }

    /// Reads what was forgotten, as retention and collection do.
    ///
    /// - Returns: How many points were forgotten.
    /// - Throws: `corrupt` where a point is missing that nobody has forgotten, or the newest tombstone cannot be read.
    package func forgottenCount() throws(StoreError) -> Int {
        let tombstone = try newestTombstone()
        try requireNoGap(try generations(), tombstone, "read")
        return (tombstone?.gone ?? []).reduce(0) { sum, range in
            sum.saturatingAdd(Int(clamping: range.upperBound - range.lowerBound)).saturatingAdd(1)
        }
    }

    /// Every generation up to the newest is there, or a tombstone says that it was forgotten.
    func requireNoGap(
        _ generations: [UInt64], _ tombstone: Tombstone?, _ operation: String
    ) throws(StoreError) {
        var expected: UInt64 = 1
        for generation in generations {
            while expected < generation {
                guard let tombstone, let range = tombstone.gone.first(where: { $0.contains(expected) }) else {
                    throw StoreError(
                        .corrupt, operation, "job \(job.name)",
                        "point \(expected) is missing, and nothing says that it was forgotten: nothing is taken away",
                        hint: "see what else is lost with: hybridrep verify \(job.name)")
                }
                expected = range.upperBound.saturatingAdd(1)
            }
            expected = generation.saturatingAdd(1)
        }
    }
}
