package import Platform
internal import StoreFormat

extension DirectoryStore {
    private static let tombSuffix = ".tomb"

    private func tombPath(_ job: Name, _ number: UInt64) -> String {
        PathText.path(of: Hex.encode(number) + Self.tombSuffix, in: folder(job, "tomb"))
    }

    /// Numbers of the job's tombs, rising.
    private func tombNumbers(_ job: Name) throws(StoreError) -> [UInt64] {
        let names = try wrap("list", "jobs/\(job)/tomb") { () throws(SystemError) in
            try files.list(folder(job, "tomb"))
        }
        return names.compactMap { name in
            name.hasSuffix(Self.tombSuffix) ? Hex.number(name.dropLast(Self.tombSuffix.count)) : nil
        }.sorted()
    }

    /// The newest tomb, which names all that has gone; nil where nothing has.
    ///
    /// - Throws: `corrupt` when it cannot be read: what has gone is not known then.
    func newestTomb(_ job: JobObject, store: Identifier) throws(StoreError) -> Tombstone? {
        guard let number = try tombNumbers(job.name).last else { return nil }
        let path = tombPath(job.name, number)
        let bytes = try wrap("read", path) { () throws(SystemError) in
            try files.contents(path, limit: Tombstone.maximumBytes)
        }
        do throws(FormatError) {
            let tomb = try Tombstone(parsing: bytes, job: job.id, store: store)
            guard tomb.number == number else { throw .badField(field: "tomb number", offset: 0) }
            return tomb
        } catch { throw StoreError("read", path, error) }
    }

    /// Reads what was forgotten, as retention and collection do.
    ///
    /// - Returns: How many points were forgotten.
    /// - Throws: `corrupt` where a point is missing that nobody has forgotten, or the newest tomb cannot be read.
    package func readTombs(_ job: Name) throws(StoreError) -> Int {
        let repository = try Repository(self, job: job)
        let tomb = try newestTomb(repository.job, store: repository.storeID)
        try requireNoGap(try repository.generations(), tomb, "read", job)
        return (tomb?.gone ?? []).reduce(0) { sum, range in
            sum.saturatingAdd(Int(clamping: range.upperBound - range.lowerBound)).saturatingAdd(1)
        }
    }

    /// Makes a tomb durable under the next number.
    func publish(_ tomb: Tombstone, _ job: JobObject, store: Identifier) throws(StoreError) {
        let path = tombPath(job.name, tomb.number)
        let temporary = try temporaryName(job.name)
        let isNew = try wrap("put", path) { () throws(SystemError) in
            let isNew = try publish(
                tomb.encoded(job: job.id, store: store), temporary: temporary, final: path)
            try syncName(path, isNew: isNew)
            return isNew
        }
        guard isNew else {
            throw StoreError(
                .exists, "put", path, "another run has forgotten points meanwhile", hint: "try again")
        }
    }

    /// Every generation up to the newest is there, or a tomb says that it was forgotten.
    func requireNoGap(_ generations: [UInt64], _ tomb: Tombstone?, _ operation: String, _ job: Name)
        throws(StoreError)
    {
        var expected: UInt64 = 1
        for generation in generations {
            while expected < generation {
                guard let tomb, let range = tomb.gone.first(where: { $0.contains(expected) }) else {
                    throw StoreError(
                        .corrupt, operation, "job \(job)",
                        "point \(expected) is missing, and nothing says that it was forgotten: nothing is taken away",
                        hint: "see what else is lost with: hybridrep verify \(job)")
                }
                expected = range.upperBound.saturatingAdd(1)
            }
            expected = generation.saturatingAdd(1)
        }
    }
}
