package import BitCollections
package import Platform

/// Which records need which: the bases of deltas, read from the tables of the frames they stand in.
///
/// A bit is held for each record; of tables only what was used last, so that the work of one point costs the same
/// memory however many nights are behind it.
package struct RecordGraph {
    private static let budget = 32 << 20

    private let store: any ObjectStore
    private let job: Name
    private let locations: FrameLocations
    private var tables = BoundedCache<FrameID, FrameTable>(budget: budget)

    package init(_ store: any ObjectStore, job: Name, locations: FrameLocations) {
        self.store = store
        self.job = job
        self.locations = locations
    }

    package struct Missing: Error, Equatable, Sendable {
        package let frame: FrameID
        /// The pack it should be in; nil when no pack is known to hold it.
        package let pack: Digest256?
        package let reason: String
    }

    /// Everything that must be read to decode `roots`: they and their bases, down to plain records.
    ///
    /// What cannot be found or read is in `missing`; the rest is complete without it.
    package mutating func closure(
        of roots: [FrameID: BitSet]
    ) throws(StoreError) -> (records: [FrameID: BitSet], missing: [Missing]) {
        var walk = Walk(roots)
        var missing: [Missing] = []
        var reported: Set<FrameID> = []
        while let (frame, records) = walk.next() {
            var reason: String?
            do throws(LookupFailure) {
                let table = try table(of: frame)
                for record in records {
                    if record >= table.count || table.dropped.contains(record) {
                        reason = "frame \(frame) has no record \(record)"
                    }
                    for slice in table.deltas[record]?.base ?? [] {
                        walk.add(slice.frame, slice.record, from: frame)
                    }
                }
            } catch {
                switch error {
                case .store(let error): throw error
                case .missing(let text): reason = text
                }
            }
            if let reason, reported.insert(frame).inserted {
                missing.append(Missing(frame: frame, pack: locations[frame]?.pack, reason: reason))
            }
        }
        return (walk.found, missing)
    }

    /// The records that are still to be looked at, frame by frame.
    private struct Walk {
        private(set) var found: [FrameID: BitSet] = [:]
        /// By push, and there by frame.
        private var pending: [UInt64: [FrameID: BitSet]] = [:]
        /// How many pushes lie above one, as far as the walk has learnt.
        ///
        /// Bases are always of older pushes, and whoever takes the newest first looks at a frame once. Where the order
        /// is not known yet, it is looked at again.
        private var ranks: [UInt64: Int] = [:]
        /// What is taken next, the next last.
        private var pushes: [UInt64] = []
        private var frames: [(FrameID, BitSet)] = []

        init(_ roots: [FrameID: BitSet]) {
            for (frame, records) in roots { pending[frame.push, default: [:]][frame] = records }
        }

        mutating func add(_ frame: FrameID, _ record: Int, from other: FrameID) {
            guard found[frame]?.contains(record) != true else { return }
            pending[frame.push, default: [:]][frame, default: BitSet()].insert(record)
            let rank = (ranks[other.push] ?? 0) + (other.push == frame.push ? 0 : 1)
            if ranks[frame.push] ?? 0 < rank { ranks[frame.push] = rank }
        }

        /// A frame, and the records of it that were not looked at before.
        mutating func next() -> (FrameID, BitSet)? {
            while true {
                guard let (frame, records) = frames.popLast() else {
                    guard nextPush() else { return nil }
                    continue
                }
                let new = records.subtracting(found[frame] ?? BitSet())
                guard !new.isEmpty else { continue }
                found[frame, default: BitSet()].formUnion(new)
                return (frame, new)
            }
        }

        private mutating func nextPush() -> Bool {
            if pushes.isEmpty {
                pushes = pending.keys.sorted { (ranks[$0] ?? 0, $0) > (ranks[$1] ?? 0, $1) }
            }
            guard let push = pushes.popLast() else { return false }
            frames = (pending.removeValue(forKey: push) ?? [:]).sorted { $0.key > $1.key }
            return true
        }
    }

    /// The table of a frame that ``closure(of:)`` has met.
    mutating func proven(_ frame: FrameID) throws(StoreError) -> FrameTable {
        do throws(LookupFailure) { return try table(of: frame) } catch {
            switch error {
            case .store(let error): throw error
            case .missing(let text): throw StoreError(.corrupt, "read", "frame \(frame)", text)
            }
        }
    }

    private enum LookupFailure: Error {
        case store(StoreError)
        case missing(String)
    }

    private mutating func table(of frame: FrameID) throws(LookupFailure) -> FrameTable {
        if let known = tables.value(frame) { return known }
        guard let location = locations[frame] else { throw .missing("no pack holds frame \(frame)") }
        do throws(StoreError) {
            let table = try read(.pack(job, location.pack), location.entry)
            tables.insert(table, for: frame, cost: table.memoryBytes)
            return table
        } catch {
            switch error.kind {
            case .corrupt, .notFound, .failed: throw .missing(error.description)
            default: throw .store(error)
            }
        }
    }

    private func read(_ key: ObjectKey, _ place: PackFooter.Entry) throws(StoreError) -> FrameTable {
        var count = FrameTable.likelyBytes(place)
        while true {
            let head = try store.read(key, at: place.offset, count: count)
            let reading: FrameTable.Reading
            do throws(FormatError) { reading = try FrameTable.read(head, of: place) } catch {
                throw StoreError("read", key.path, error)
            }
            switch reading {
            case .table(let table): return table
            case .needs(let more): count = more
            }
        }
    }
}
