internal import Platform
internal import StoreFormat

/// Decides whether an agent takes an index (docs/format/pack.md, section 5).
///
/// Each entry must say what that pack's own footer says, and a frame that the job has already must have the same content. The
/// memory is bounded, whatever is there: frames are compared with the job's in batches.
struct IndexAdmission {
    private static let batchFrames = 1 << 17

    private let store: LocalStoreService
    private let repository: Repository
    private var job: Name { repository.job.name }
    private let key: ObjectKey
    private typealias Location = FrameIndex.Location

    init(_ store: LocalStoreService, _ job: Name, _ key: ObjectKey) throws(StoreError) {
        self.store = store
        repository = try Repository(store, job: job)
        self.key = key
    }

    /// - Throws: `refused` without the push lock, for an index that its packs contradict or that gives a known frame another
    ///   content, and beyond the limits of a job.
    func check(_ staged: any StagedObject) throws(StoreError) {
        // Otherwise a client that reads the packs of a push could be first with an index that names other content.
        guard store.holdsPushLock(job) || store.isCollecting else {
            throw refused("this session does not hold the push lock of job \(job)")
        }
        var room = store.isCollecting ? nil : try Room(self)
        var cursor = try cursor(of: key, staged.length) { (offset, count) throws(StoreError) in
            try staged.read(at: offset, count: count)
        }
        var batch: [FrameID: Location] = [:]
        while let (name, length, bytes) = try cursor.next() {
            let pack = ObjectKey.pack(job, name)
            guard try store.length(of: pack) == length else {
                throw refused("it names \(pack.path) of \(length) bytes, which is not there")
            }
            guard let footer = try footer(of: pack, length), footer.encoded == bytes else {
                throw refused("it says other than the footer of \(pack.path)")
            }
            try room?.take(name, footer.entries.count) { refused($0) }
            for entry in footer.entries {
                let location = Location(pack: name, entry: entry)
                if let other = batch[entry.frame] { try compare(location, with: other) }
                batch[entry.frame] = location
            }
            if batch.count >= Self.batchFrames {
                try compareWithKnown(batch)
                batch = [:]
            }
            try store.pulse?()
        }
        if !batch.isEmpty { try compareWithKnown(batch) }
    }

    private func cursor(
        of key: ObjectKey, _ length: Int,
        _ read: @escaping (Int, Int) throws(StoreError) -> [UInt8]
    ) throws(StoreError) -> IndexCursor {
        try IndexCursor(
            length: length, job: repository.job.id, storeID: repository.storeID, subject: key.path, read: read
        )
    }

    /// Nil for a pack whose footer is damaged.
    private func footer(of pack: ObjectKey, _ length: Int) throws(StoreError)
        -> PackFooter?
    {
        do throws(StoreError) {
            return try PackTail.footer(
                length: length, job: repository.job.id, format: { StoreError("read", pack.path, $0) },
                read: { (offset, count) throws(StoreError) in try store.read(pack, at: offset, count: count) }
            )
        } catch {
            guard error.tellsOfDamage else { throw error }
            return nil
        }
    }

    /// Compares frames with those of the same ids in other packs, whether these are in an index or not.
    private func compareWithKnown(_ batch: [FrameID: Location]) throws(StoreError) {
        let pushes = Set(batch.keys.lazy.map(\.push))
        var indexed: Set<Digest256> = []
        for object in try store.list(.index, job: job) {
            do throws(StoreError) {
                var cursor = try cursor(of: object.key, object.length) {
                    (offset, count) throws(StoreError) in try store.read(object.key, at: offset, count: count)
                }
                while let (name, length, bytes) = try cursor.next() {
                    let footer: PackFooter
                    do throws(FormatError) {
                        footer = try PackFooter(parsing: bytes, packBytes: length)
                    } catch {
                        throw StoreError("read", object.key.path, error)
                    }
                    indexed.insert(name)
                    try compare(batch, pushes, footer, of: name)
                }
            } catch {
                // A damaged one: what it named is read from the packs.
                guard error.tellsOfDamage else { throw error }
            }
            try store.pulse?()
        }
        for object in try store.list(.pack, job: job) {
            guard let name = object.key.digest, !indexed.contains(name),
                let footer = try footer(of: object.key, object.length)
            else { continue }
            try compare(batch, pushes, footer, of: name)
            try store.pulse?()
        }
    }

    private func compare(
        _ batch: [FrameID: Location], _ pushes: Set<UInt64>, _ footer: PackFooter, of pack: Digest256
    ) throws(StoreError) {
        for entry in footer.entries where pushes.contains(entry.frame.push) {
            guard let new = batch[entry.frame], new.pack != pack else { continue }
            try compare(new, with: Location(pack: pack, entry: entry))
        }
    }

    private func compare(_ new: Location, with known: Location) throws(StoreError) {
        guard new != known else { return }
        try store.pulse?()
        guard try repository.agree(new, known) else {
            throw refused("it gives frame \(new.entry.frame) another content than \(known.pack) has")
        }
    }

    private func refused(_ detail: String) -> StoreError { StoreError(.refused, "put", key.path, detail) }

    /// The packs and frames that the job may still get beyond those that its indexes name.
    ///
    /// Every reader of the job keeps a place for each pack and frame.
    private struct Room {
        private var packs: Set<Digest256> = []
        private var frames = 0

        init(_ admission: IndexAdmission) throws(StoreError) {
            let store = admission.store
            for object in try store.list(.index, job: admission.job) {
                do throws(StoreError) {
                    var cursor = try admission.cursor(of: object.key, object.length) {
                        (offset, count) throws(StoreError) in
                        try store.read(object.key, at: offset, count: count)
                    }
                    while let (name, _, footer) = try cursor.next() {
                        guard packs.insert(name).inserted else { continue }
                        var reader = ByteReader(footer)
                        frames += (try? reader.varint("frames", limit: footer.count)) ?? 0
                    }
                } catch { guard error.tellsOfDamage else { throw error } }
                try store.pulse?()
            }
        }

        mutating func take(
            _ pack: Digest256, _ count: Int, _ refused: (String) -> StoreError
        ) throws(StoreError) {
            guard packs.insert(pack).inserted else { return }
            frames += count
            guard packs.count <= StoreLimits.packsOfAJob, frames <= StoreLimits.framesOfAJob else {
                throw refused(
                    "the job would have more than \(StoreLimits.packsOfAJob) packs or "
                        + "\(StoreLimits.framesOfAJob) frames, which is the limit")
            }
        }
    }
}
