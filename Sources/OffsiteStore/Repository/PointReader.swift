internal import Image
package import Platform
package import StoreFormat

/// A committed point as a store has it.
package struct StoredPoint: Equatable, Sendable {
    package let point: Point
    package let receipt: Receipt

    package init(point: Point, receipt: Receipt) {
        self.point = point
        self.receipt = receipt
    }

    /// SHA-256 of the point object: what the next point names as its parent.
    package var digest: Digest256 { receipt.object }
    /// How other points name it.
    package var reference: Point.Reference {
        Point.Reference(generation: point.generation, digest: digest)
    }

    /// Whether its content is accepted: it was committed as good, or is held and was released since.
    func isAccepted(_ released: [Point.Reference: StoredNote]) -> Bool {
        switch point.health {
        case .good: true
        case .damaged: false
        case .suspicious: release(among: released) != nil
        }
    }

    /// The damage that was found in the point or in the full that it continues; nil for none.
    func damage(by ledger: OpenDamage) -> OpenDamage.Entry? {
        ledger.damage(of: point.generation) ?? point.full.flatMap { ledger.damage(of: $0.generation) }
    }

    /// The note that accepts a held point, or one that it is held because of; nil for none.
    func release(among released: [Point.Reference: StoredNote]) -> StoredNote? {
        released[reference] ?? point.hold?.release(among: released)
    }
}

/// Reads a job's points from a store, proving each against its digests.
package struct PointReader {
    private static let pieceBytes = 1 << 20
    /// Of a point's file.
    private static let maximumBytes = Point.maximumBytes + Receipt.maximumBytes
    private let store: any ObjectStore
    package let job: JobObject
    package let storeID: Identifier
    private let known = JobNotes()

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

    /// Whether damage that none of the points has which it was found in is still in the store.
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

    /// The full that a log point continues, proven by the digest it names; nil for a full.
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

    /// The effective health of a point, by all that is known of it.
    package func health(of stored: StoredPoint) throws(StoreError) -> PointHealth {
        if stored.point.health == .damaged { return .acceptedDamage }
        if let found = stored.damage(by: try damage()) { return .damaged(found) }
        if let maker = stored.receipt.maker, try isForeign(stored) { return .foreign(maker) }
        guard try isBounded(stored.point) else { return .unbounded }
        guard stored.point.health == .suspicious else { return .good }
        if let note = stored.release(among: try known.releases(self, store)) { return .released(note) }
        return .suspicious(stored.point.hold?.sentences(stored.point.kind) ?? [])
    }

    /// Whether a point counts: it was committed as good, or released since, and nothing that it needs is known to be damaged.
    package func isGood(_ stored: StoredPoint) throws(StoreError) -> Bool { try health(of: stored).isGood }

    /// Damage that verifications have found, and no later one has found repaired.
    package func damage() throws(StoreError) -> OpenDamage { try known.damage(self, store) }

    /// Verifications as notes, the newest first, as far back as they say anything of today.
    package func verifications() throws(StoreError) -> [StoredNote] { try known.verifications(self, store) }

    /// The newest good point whose source was read no later than `time`, by whole seconds as they are shown.
    package func newest(at time: Timestamp) throws(StoreError) -> StoredPoint? {
        for generation in try generations().reversed() {
            guard let found = try undamaged(generation) else { continue }
            if found.point.sourceTime.seconds <= time.seconds, try isGood(found) { return found }
        }
        return nil
    }

    /// How large images may be, by what is there; looked up when it is first asked for.
    func bounds() throws(StoreError) -> KnownBounds { try known.bounds(self, store) }

    /// Whether a point's content is accepted: it was committed as good, or is held and was released since.
    ///
    /// One whose image is far larger than what vouches for it is not, whatever it says, and neither is one that somebody else
    /// than the job's owner has made. That the store has lost something of it makes its content no worse: the sanity gate and
    /// copies judge by this.
    package func isAccepted(_ stored: StoredPoint) throws(StoreError) -> Bool {
        if try isForeign(stored) { return false }
        // Of most points nothing has to be looked up.
        guard try isBounded(stored.point) else { return false }
        guard stored.point.health == .suspicious else { return stored.isAccepted([:]) }
        return stored.isAccepted(try known.releases(self, store))
    }

    /// Whether a note has released a held point, or one that it is held because of.
    package func isReleased(_ stored: StoredPoint) throws(StoreError) -> Bool {
        stored.release(among: try known.releases(self, store)) != nil
    }

    /// Whether somebody else than the job's owner has made a point: it counts for nobody until it is released.
    package func isForeign(_ stored: StoredPoint) throws(StoreError) -> Bool {
        // A store that records nobody is asked for no notes.
        guard stored.receipt.maker != nil else { return false }
        return try known.ownership(self, store).isForeign(stored)
    }

    /// The job's notes, listed when they are first asked for: what is added later is not among them.
    package func notes() throws(StoreError) -> NoteReader { try known.shelf(self, store) }

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

    /// Copies a map segment into an empty file, and reads it there, proven by its name.
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
