internal import Image
package import Platform
package import StoreFormat

/// One job in a store, opened once: its points, its notes and the index of its frames.
///
/// Points are read anew each time. Notes and the frame index are read when they are first needed and kept; what this
/// repository adds by ``publish(_:)``, ``add(_:_:)`` and ``commit(_:madeBy:)`` is seen afterwards, what others
/// add meanwhile is not; open another one to see that.
package final class Repository {
    private static let pieceBytes = 1 << 20
    /// Of a point's file.
    private static let maximumBytes = Point.maximumBytes + Receipt.maximumBytes
    package let store: any ObjectStore
    package let job: JobObject
    package let storeID: Identifier
    /// The job's notes, as far as they were read.
    var known = KnownNotes()
    private var knownFrames: FrameIndex?

    /// Opens the job.
    ///
    /// - Throws: `notFound`, with a hint, when store or job are not there.
    package init(_ store: any ObjectStore, job name: Name) throws(StoreError) {
        self.store = store
        storeID = try store.storeObject().id
        guard let length = try store.length(of: .job(name)) else {
            throw StoreError(
                .notFound, "open", "job \(name)", "\(store.label) has no such job",
                hint: "make it with: hybridrep init TARGET --job \(name)")
        }
        let bytes = try store.whole(
            ListedObject(key: .job(name), length: length), limit: JobObject.maximumBytes)
        do throws(FormatError) { job = try JobObject(parsing: bytes, store: storeID) } catch {
            throw StoreError("read", ObjectKey.job(name).path, error)
        }
        guard job.name == name else {
            throw StoreError(.corrupt, "read", ObjectKey.job(name).path, "belongs to job \(job.name)")
        }
    }

    /// Which pack holds which frame.
    ///
    /// - Throws: `refused` for indexes that name more than the limits of ``FrameIndex``.
    package func frames() throws(StoreError) -> FrameIndex {
        if let knownFrames { return knownFrames }
        let found = try FrameIndex(reading: self)
        knownFrames = found
        return found
    }

    /// Has notes and the frame index read again when they are next needed.
    package func forget() {
        known = KnownNotes()
        forgetFrames()
    }

    func forgetFrames() { knownFrames = nil }

    /// The key of a pack of the job.
    package func pack(_ name: Digest256) -> ObjectKey { .pack(job.name, name) }

    /// Makes a point final.
    ///
    /// - Parameter maker: The maker in the store that it is copied from; nil for one that is made here.
    package func commit(
        _ point: Point, madeBy maker: Maker? = nil
    ) throws(StoreError) -> StoredPoint {
        // Its packs came before it.
        defer {
            forgetFrames()
            known.forget(afterCommitOf: point.generation)
        }
        let bytes = point.encoded(job: job.id, store: storeID)
        let receipt = try store.commit(bytes, generation: point.generation, job: job.name, madeBy: maker)
        return StoredPoint(point: point, receipt: receipt)
    }

    /// Generations of all points, rising.
    package func generations() throws(StoreError) -> [UInt64] {
        try store.list(.point, job: job.name).compactMap { $0.key.generation }.sorted()
    }

    package func point(_ generation: UInt64) throws(StoreError) -> StoredPoint {
        let key = ObjectKey.point(job.name, generation)
        return try parse(try store.whole(key, limit: Self.maximumBytes), generation)
    }

    /// Every point, the oldest first, several under way at once.
    package func forEach(
        _ body: (UInt64, Result<StoredPoint, StoreError>) throws(StoreError) -> Void
    ) throws(StoreError) {
        let listed = try store.list(.point, job: job.name)
            .sorted { ($0.key.generation ?? 0) < ($1.key.generation ?? 0) }
        try store.wholes(listed, limit: Self.maximumBytes) { (key, file) throws(StoreError) in
            guard let generation = key.generation else { return }
            let found: Result<StoredPoint, StoreError>
            do throws(StoreError) { found = .success(try parse(try file.get(), generation)) } catch {
                found = .failure(error)
            }
            try body(generation, found)
        }
    }

    /// A point from the bytes of its file.
    package func parse(_ file: [UInt8], _ generation: UInt64) throws(StoreError) -> StoredPoint {
        do throws(FormatError) {
            let (bytes, receipt) = try Receipt.split(file)
            let point = try Point(parsing: bytes, job: job.id, store: storeID)
            guard point.generation == generation else { throw .badField(field: "generation", offset: 0) }
            return StoredPoint(point: point, receipt: receipt)
        } catch { throw StoreError("read", ObjectKey.point(job.name, generation).path, error) }
    }

    /// A point; nil for one that is not there any more, or is damaged.
    package func undamaged(_ generation: UInt64) throws(StoreError) -> StoredPoint? {
        do throws(StoreError) { return try point(generation) } catch {
            guard error.isDamage else { throw error }
            return nil
        }
    }

    /// True if damage is still in the store although the points that it was found in are gone.
    ///
    /// A point that is gone took its own damage along, and that of its image; a pack, map or index may still be there.
    package func isLeft(_ damage: Note.Damage) throws(StoreError) -> Bool {
        guard let key = ObjectKey(path: damage.object), key.job == job.name, key.digest != nil else {
            return damage.points.isEmpty
        }
        return try store.length(of: key) != nil
    }

    package func isThere(_ generation: UInt64) throws(StoreError) -> Bool {
        try store.length(of: .point(job.name, generation)) != nil
    }

    /// The newest of these points that is not damaged: the next point's parent.
    package func newestUndamaged(of generations: [UInt64]) throws(StoreError) -> StoredPoint? {
        for generation in generations.reversed() {
            if let found = try undamaged(generation) { return found }
        }
        return nil
    }

    /// The newest point that is not damaged.
    package func newestUndamaged() throws(StoreError) -> StoredPoint? {
        try newestUndamaged(of: try generations())
    }

    /// The full that a log point continues, verified by the digest it names; nil for a full.
    package func full(of point: Point) throws(StoreError) -> StoredPoint? {
        guard let reference = point.full else { return nil }
        let found = try self.point(reference.generation)
        guard found.reference == reference, found.point.kind == .full else {
            throw StoreError(
                .corrupt, "read", ObjectKey.point(job.name, reference.generation).path,
                "it is not the full that point \(point.id) continues")
        }
        return found
    }

    /// The newest good point whose source was read no later than `time`, by whole seconds as they are shown.
    package func newest(at time: Timestamp) throws(StoreError) -> StoredPoint? {
        for generation in try generations().reversed() {
            guard let found = try undamaged(generation) else { continue }
            if found.point.sourceTime.seconds <= time.seconds, try isGood(found) { return found }
        }
        return nil
    }

    /// The newest point, good or not; nil in an empty job.
    package func head() throws(StoreError) -> StoredPoint? {
        guard let newest = try generations().last else { return nil }
        return try point(newest)
    }

    /// The newest good point; those that cannot be read are damaged, and stepped over.
    package func latest() throws(StoreError) -> StoredPoint? {
        for generation in try generations().reversed() {
            guard let found = try undamaged(generation) else { continue }
            if try isGood(found) { return found }
        }
        return nil
    }

    /// Copies a map segment into an empty file, and reads it there, verified by its name.
    package func segment(
        _ segment: Point.Segment, into file: any OpenFile
    ) throws(StoreError) -> MapSegment {
        let key = ObjectKey.map(job.name, segment.name)
        guard segment.length <= Point.Segment.maximumBytes else {
            throw StoreError(
                .corrupt, "read", key.path,
                "has \(segment.length) bytes, more than the limit of \(Point.Segment.maximumBytes)")
        }
        let requests = stride(from: 0, to: segment.length, by: Self.pieceBytes).map {
            ReadRequest.bytes(key, offset: $0, count: min(segment.length - $0, Self.pieceBytes))
        }
        var end = 0
        try store.fetch(requests) { (_, answer) throws(StoreError) in
            guard case .bytes(let bytes) = try answer.get() else { return }
            do throws(SystemError) { try file.write(bytes.span, at: end) } catch {
                throw StoreError("write", "a copy of \(key.path)", error, scope: .session)
            }
            end += bytes.count
        }
        let found: MapSegment
        do throws(ImageError) { found = try MapSegment(reading: file, job: job.id) } catch {
            switch error {
            case .format(let error, _): throw StoreError("read", key.path, error)
            case .system(let error):
                throw StoreError("read", "a copy of \(key.path)", error, scope: .session)
            case .differs: throw StoreError(.corrupt, "read", key.path, error.description)
            }
        }
        guard found.name == segment else {
            throw StoreError(.corrupt, "read", key.path, "its SHA-256 is not its name")
        }
        return found
    }
}
