package import Platform

/// Which pack holds which frame, from a job's index objects.
package struct FrameIndex: Sendable {
    package struct Location: Equatable, Sendable {
        package let pack: Digest256
        package let entry: PackFooter.Entry
    }
    private var frames: [FrameID: Location] = [:]
    package private(set) var packLengths: [Digest256: Int] = [:]
    /// Packs that no readable index names.
    package private(set) var unindexed: [Digest256: PackIndex.Pack] = [:]

    /// Frames of which there are several copies, equally good by name: all but the one that counts.
    package private(set) var copies: [FrameID: [Location]] = [:]
    private static let mostCopies = 1 << 16
    /// Of packs that are not there, so many frames are kept to be missed.
    private static let mostAbsent = 1 << 16
    private var absent = 0

    /// Packs that an index names.
    package private(set) var indexed: Set<Digest256> = []
    /// Packs that are in the store.
    private var present: Set<Digest256> = []

    /// Reads every index of the job, and the footers of the packs that no readable index names.
    package init(reading store: any ObjectStore, job: JobObject, storeID: Identifier) throws(StoreError) {
        // Before the indexes: a pack that comes meanwhile is of a push that has not committed.
        let packs = try store.list(.pack, job: job.name)
        present = Set(packs.compactMap(\.key.digest))
        let indexes = try store.list(.index, job: job.name)
        try store.wholes(indexes, limit: PackIndex.maximumBytes) { (_, found) throws(StoreError) in
            // Damaged or unreadable: the footers of the packs it would name say the same.
            guard let bytes = try Self.readable(found),
                let index = try? PackIndex(parsing: bytes, job: job.id, store: storeID)
            else { return }
            add(index)
        }
        try addFooters(of: packs, store, job)
    }

    package subscript(frame: FrameID) -> Location? { frames[frame] }

    /// An index object's bytes; nil when it is damaged, which one that may not be read is not known to be.
    private static func readable(_ found: Result<[UInt8], StoreError>) throws(StoreError) -> [UInt8]? {
        do throws(StoreError) { return try found.get() } catch {
            switch error.kind {
            case .corrupt, .notFound, .failed: return nil
            default: throw error
            }
        }
    }

    private mutating func add(_ index: PackIndex) {
        for pack in index.packs {
            indexed.insert(pack.name)
            add(pack, isIndexed: true)
        }
    }

    /// Of several copies of a frame one in a pack that is there counts, of those the longest: collection leaves payloads out.
    ///
    /// Of equal ones the first, so that a copy under another name does not take the place of a pack that an index names. A pack
    /// that no index names never takes the place of one that an index names and that is there: nobody has checked it.
    private mutating func add(_ pack: PackIndex.Pack, isIndexed: Bool) {
        packLengths[pack.name] = pack.length
        let isThere = present.contains(pack.name)
        for entry in pack.frames {
            let new = Location(pack: pack.name, entry: entry)
            guard let known = frames[entry.frame] else {
                if !isThere {
                    absent += 1
                    guard absent <= Self.mostAbsent else { continue }
                }
                frames[entry.frame] = new
                continue
            }
            guard known != new else { continue }
            let isKnownThere = present.contains(known.pack)
            if isThere, isKnownThere {
                guard isIndexed || !indexed.contains(known.pack) else { continue }
                let isBetter = entry.length > known.entry.length
                if isBetter { frames[entry.frame] = new }
                if copies.count < Self.mostCopies {
                    copies[entry.frame, default: []].append(isBetter ? known : new)
                }
            } else if isThere || (!isKnownThere && entry.length > known.entry.length) {
                frames[entry.frame] = new
            }
        }
    }

    /// Packs that no index names: of a push that did not commit, or whose index is damaged.
    private mutating func addFooters(
        of packs: [ListedObject], _ store: any ObjectStore, _ job: JobObject
    ) throws(StoreError) {
        for object in packs {
            guard case .pack(_, let name) = object.key, packLengths[name] == nil else { continue }
            let key = object.key
            do throws(StoreError) {
                let footer = try PackTail.footer(
                    length: object.length, job: job.id, format: { StoreError("read", key.path, $0) },
                    read: { (offset, count) throws(StoreError) in
                        try store.read(key, at: offset, count: count)
                    })
                let pack = PackIndex.Pack(name: name, length: object.length, frames: footer.entries)
                unindexed[name] = pack
                add(pack, isIndexed: false)
            } catch {
                guard [.corrupt, .notFound, .failed].contains(error.kind) else { throw error }
                // Damaged, and so missed by whoever needs a frame of it.
            }
        }
    }
}
