package import Platform
package import StoreFormat

/// Which pack holds which frame, from a job's index objects.
///
/// The memory is bounded: at most ``maximumFrames`` frames of 32 bytes each in a table that grows by doubling, and
/// ``maximumPacks`` packs. What lies in packs that no index names is left out beyond that; more frames that indexes name
/// are an error.
package struct FrameIndex: Sendable {
    package struct Location: Equatable, Sendable {
        package let pack: Digest256
        package let entry: PackFooter.Entry
    }

    /// Which copies are looked at, of frames that have several.
    package struct CopyChoice: Equatable, Sendable {
        /// The packs of these frames, whatever else is there.
        package var packs: [FrameID: Digest256] = [:]
        /// Packs that are looked at only for want of another copy.
        package var avoided: Set<Digest256> = []

        package init() {}
    }

    /// Most frames of a job: three quarters of 2^22, which is what a table of 128 MiB takes.
    package static let maximumFrames = FrameList.maximumFrames
    /// Most packs of a job.
    package static let maximumPacks = 1 << 17
    private static let mostCopies = 1 << 16
    /// Of packs that are not there, so many frames are kept to be missed.
    private static let mostAbsent = 1 << 16
    /// Indexes up to this are read whole, several under way at once; longer ones piece by piece.
    private static let wholeBytes = 16 << 20

    /// Place of a frame, without its name: packs have at most 256 MiB.
    private struct Slot: Equatable {
        let pack: UInt32
        let offset: UInt32
        let length: UInt32
        let records: UInt32
    }
    private struct Pack {
        let name: Digest256
        var length: Int
        let isThere: Bool
        var isIndexed = false
        /// Its footer was read, since no index names it.
        var isUnindexed = false
    }

    private var frames: [FrameID: Slot] = [:]
    private var packs: [Pack] = []
    private var numbers: [Digest256: UInt32] = [:]
    /// Frames of which there are several copies, equally good by name: all but the one that counts.
    package private(set) var copies: [FrameID: [Location]] = [:]
    private var copyCount = 0
    private var choice = CopyChoice()
    private var absent = 0
    private let limit: (frames: Int, packs: Int)
    /// An index could not be read, so that packs may be in none through damage.
    package private(set) var lacksIndexes = false

    /// Reads every index of the job, and the footers of the packs that no readable index names.
    ///
    /// - Throws: `refused` for indexes that name more than the limits.
    ///
    /// Everyone but ``Repository/frames()``, which keeps it, has a reason to read it anew.
    init(
        reading repository: Repository, maximumFrames: Int = maximumFrames, maximumPacks: Int = maximumPacks
    ) throws(StoreError) {
        let (store, job, storeID) = (repository.store, repository.job, repository.storeID)
        limit = (maximumFrames, maximumPacks)
        // Before the indexes: a pack that comes meanwhile is of a push that has not committed.
        let listed = try store.list(.pack, job: job.name)
        let present = Set(listed.lazy.compactMap(\.key.digest))
        packs.reserveCapacity(min(listed.count, maximumPacks))
        numbers.reserveCapacity(min(listed.count, maximumPacks))
        let indexes = try store.list(.index, job: job.name)
        try store.wholes(indexes.filter { $0.length <= Self.wholeBytes }, limit: Self.wholeBytes) {
            (key, found) throws(StoreError) in
            do throws(StoreError) {
                let bytes = try found.get()
                try add(key, length: bytes.count, job, storeID, present) {
                    (offset, count) throws(StoreError) in
                    guard offset >= 0, count >= 0, offset <= bytes.count - count else {
                        throw StoreError(.corrupt, "read", key.path, "ends at byte \(bytes.count)")
                    }
                    return Array(bytes[offset..<offset + count])
                }
            } catch { try noteDamage(error) }
        }
        for object in indexes where object.length > Self.wholeBytes {
            do throws(StoreError) {
                try add(object.key, length: object.length, job, storeID, present) {
                    (offset, count) throws(StoreError) in
                    try store.read(object.key, at: offset, count: count)
                }
            } catch { try noteDamage(error) }
        }
        try addFooters(of: listed, store, job)
    }

    package subscript(frame: FrameID) -> Location? {
        guard let slot = frames[frame] else { return nil }
        let usual = location(frame, slot)
        guard choice != CopyChoice(), copies[frame] != nil else { return usual }
        let all = places(of: frame)
        if let pack = choice.packs[frame], let chosen = all.first(where: { $0.pack == pack }) {
            return chosen
        }
        return all.first { !choice.avoided.contains($0.pack) } ?? usual
    }

    /// The same index with another choice of copies.
    package func choosing(_ choice: CopyChoice) -> FrameIndex {
        var other = self
        other.choice = choice
        return other
    }

    /// Every copy of a frame that is known, the one that counts first.
    package func places(of frame: FrameID) -> [Location] {
        guard let slot = frames[frame] else { return [] }
        let others = (copies[frame] ?? []).sorted {
            ($0.pack, $0.entry.offset) < ($1.pack, $1.entry.offset)
        }
        return [location(frame, slot)] + others
    }

    /// The length that a pack has by its index or footer; nil for one that is unknown.
    package func length(ofPack name: Digest256) -> Int? { numbers[name].map { packs[Int($0)].length } }

    /// True if a readable index names the pack.
    package func isIndexed(_ name: Digest256) -> Bool {
        numbers[name].map { packs[Int($0)].isIndexed } ?? false
    }

    /// True if the pack is there and no readable index names it.
    package func isUnindexed(_ name: Digest256) -> Bool {
        numbers[name].map { packs[Int($0)].isUnindexed } ?? false
    }

    package var packNames: [Digest256] { packs.map(\.name) }

    private func location(_ frame: FrameID, _ slot: Slot) -> Location {
        Location(
            pack: packs[Int(slot.pack)].name,
            entry: .init(
                frame: frame, offset: Int(slot.offset), length: Int(slot.length), records: Int(slot.records)))
    }

    /// Passes over an index that is damaged: its packs' footers say the same.
    ///
    /// One that may not be read is not known to be damaged.
    private mutating func noteDamage(_ error: StoreError) throws(StoreError) {
        guard error.tellsOfDamage else { throw error }
        lacksIndexes = true
    }

    private mutating func add(
        _ key: ObjectKey, length: Int, _ job: JobObject, _ storeID: Identifier, _ present: Set<Digest256>,
        _ read: @escaping (Int, Int) throws(StoreError) -> [UInt8]
    ) throws(StoreError) {
        var cursor = try IndexCursor(
            length: length, job: job.id, storeID: storeID, subject: key.path, read: read)
        while let (name, length, bytes) = try cursor.next() {
            let footer: PackFooter
            do throws(FormatError) { footer = try PackFooter(parsing: bytes, packBytes: length) } catch {
                throw StoreError("read", key.path, error)
            }
            guard let number = number(of: name, isThere: present.contains(name), length: length) else {
                throw tooMuch(job, "\(limit.packs) packs")
            }
            packs[Int(number)].length = length
            packs[Int(number)].isIndexed = true
            for entry in footer.entries where !add(entry, in: number) {
                throw tooMuch(job, "\(limit.frames) frames")
            }
        }
    }

    /// Nil where there are too many packs already.
    private mutating func number(of pack: Digest256, isThere: Bool, length: Int) -> UInt32? {
        if let known = numbers[pack] { return known }
        guard packs.count < limit.packs else { return nil }
        let number = UInt32(packs.count)
        packs.append(Pack(name: pack, length: length, isThere: isThere))
        numbers[pack] = number
        return number
    }

    private func tooMuch(_ job: JobObject, _ limit: String) -> StoreError {
        StoreError(
            .refused, "read", "the indexes of job \(job.name)",
            "they name more than \(limit), which is the limit",
            hint: "keep fewer points, or begin another job")
    }

    /// Of several copies of a frame one in a pack that is there counts, of those the longest: collection leaves payloads out.
    ///
    /// Of equal ones the first, so that a copy under another name does not take the place of a pack that an index names. A pack
    /// that no index names never takes the place of one that an index names and that is there: nobody has checked it.
    /// - Returns: False where there are too many frames already.
    private mutating func add(_ entry: PackFooter.Entry, in number: UInt32) -> Bool {
        let pack = packs[Int(number)]
        let new = Slot(
            pack: number, offset: UInt32(clamping: entry.offset), length: UInt32(clamping: entry.length),
            records: UInt32(clamping: entry.records))
        guard let known = frames[entry.frame] else {
            if !pack.isThere {
                absent += 1
                guard absent <= Self.mostAbsent else { return true }
            }
            guard frames.count < limit.frames else { return false }
            frames[entry.frame] = new
            return true
        }
        guard known != new else { return true }
        let other = packs[Int(known.pack)]
        if pack.isThere, other.isThere {
            guard pack.isIndexed || !other.isIndexed else { return true }
            let isBetter = new.length > known.length
            if isBetter { frames[entry.frame] = new }
            if copyCount < Self.mostCopies {
                copies[entry.frame, default: []].append(location(entry.frame, isBetter ? known : new))
                copyCount += 1
            }
        } else if pack.isThere || (!other.isThere && new.length > known.length) {
            frames[entry.frame] = new
        }
        return true
    }

    /// Packs that no index names: of a push that did not commit, or whose index is damaged.
    private mutating func addFooters(
        of listed: [ListedObject], _ store: any ObjectStore, _ job: JobObject
    ) throws(StoreError) {
        for object in listed {
            guard case .pack(_, let name) = object.key, numbers[name] == nil else { continue }
            // Frames beyond the limit are reported as missing by their readers.
            guard frames.count < limit.frames else { return }
            let key = object.key
            do throws(StoreError) {
                let footer = try PackTail.footer(
                    length: object.length, job: job.id, format: { StoreError("read", key.path, $0) },
                    read: { (offset, count) throws(StoreError) in
                        try store.read(key, at: offset, count: count)
                    })
                guard let number = number(of: name, isThere: true, length: object.length) else { return }
                packs[Int(number)].isUnindexed = true
                for entry in footer.entries where !add(entry, in: number) { return }
            } catch {
                guard error.isDamage else { throw error }
                // A damaged pack: its frames are reported as missing by their readers.
            }
        }
    }
}
