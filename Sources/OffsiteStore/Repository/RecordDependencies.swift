package import BitCollections
package import Platform
package import StoreFormat

/// The bases of delta records, read from the tables of their frames.
///
/// A bit is held for each record; of tables only what was used last, so that the work of one point costs the same
/// memory however many nights came before it.
package struct RecordDependencies {
    private static let budget = 32 << 20
    /// Tables that are read ahead at once.
    private static let mostAhead = 256

    private let repository: Repository
    private let locations: FrameIndex
    /// If a copy of a frame has not what is needed, another copy is read.
    private let triesCopies: Bool
    private var tables = BoundedCache<FrameID, FrameTable>(budget: budget)

    /// - Parameter triesCopies: True for readers; false for collection, which keeps one copy of each frame.
    package init(_ repository: Repository, _ locations: FrameIndex, triesCopies: Bool = false) {
        self.repository = repository
        self.triesCopies = triesCopies
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
    /// Frames that cannot be found or read are in `missing`; the rest is complete without them.
    /// - Parameter known: Records that are not looked at, and are left out with all that they need.
    package mutating func closure(
        of roots: [FrameID: BitSet], beyond known: [FrameID: BitSet] = [:]
    ) throws(StoreError) -> (records: [FrameID: BitSet], missing: [Missing]) {
        var walk = Walk(roots, beyond: known)
        var missing: [Missing] = []
        var reported: Set<FrameID> = []
        while let (frame, records) = walk.next() {
            var reason: String?
            do throws(LookupFailure) {
                let table = try table(of: frame, with: records, before: walk.upcoming)
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
        private let known: [FrameID: BitSet]
        /// By push, and there by frame.
        private var pending: [UInt64: [FrameID: BitSet]] = [:]
        /// How many pushes lie above one, as far as the walk has learnt.
        ///
        /// Bases are always of older pushes, and whoever takes the newest first looks at a frame once. Where the order
        /// is not known yet, it is looked at again.
        private var ranks: [UInt64: Int] = [:]
        /// Pushes that are still to be walked, the next last.
        private var pushes: [UInt64] = []
        private var frames: [(FrameID, BitSet)] = []

        init(_ roots: [FrameID: BitSet], beyond known: [FrameID: BitSet]) {
            self.known = known
            for (frame, records) in roots { pending[frame.push, default: [:]][frame] = records }
        }

        mutating func add(_ frame: FrameID, _ record: Int, from other: FrameID) {
            guard found[frame]?.contains(record) != true, known[frame]?.contains(record) != true else {
                return
            }
            pending[frame.push, default: [:]][frame, default: BitSet()].insert(record)
            let rank = (ranks[other.push] ?? 0) + (other.push == frame.push ? 0 : 1)
            if ranks[frame.push] ?? 0 < rank { ranks[frame.push] = rank }
        }

        /// Frames that are looked at after the one that was given last, the next last.
        var upcoming: ArraySlice<(FrameID, BitSet)> { frames.suffix(RecordDependencies.mostAhead) }

        /// A frame, and the records of it that were not looked at before.
        mutating func next() -> (FrameID, BitSet)? {
            while true {
                guard let (frame, records) = frames.popLast() else {
                    guard nextPush() else { return nil }
                    continue
                }
                let new = records.subtracting(found[frame] ?? BitSet()).subtracting(known[frame] ?? BitSet())
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

    /// Those of the frames that have not the payloads of all these records, or cannot be read.
    package mutating func lacking(_ wanted: [FrameID: BitSet]) throws(StoreError) -> Set<FrameID> {
        var rest = wanted.sorted { $0.key > $1.key }.map { ($0.key, $0.value) }
        var lacking: Set<FrameID> = []
        while let (frame, records) = rest.popLast() {
            do throws(LookupFailure) {
                let table = try table(of: frame, before: rest.suffix(Self.mostAhead))
                if !table.holds(records) { lacking.insert(frame) }
            } catch {
                if case .store(let error) = error { throw error }
                lacking.insert(frame)
            }
        }
        return lacking
    }

    /// The table of the first copy that has all these records; where none has, that of the copy that counts.
    private mutating func table(
        of frame: FrameID, with records: BitSet, before upcoming: ArraySlice<(FrameID, BitSet)>
    ) throws(LookupFailure) -> FrameTable {
        let tries = triesCopies && locations.copies[frame] != nil
        let found: Result<FrameTable, LookupFailure>
        do throws(LookupFailure) {
            let table = try table(of: frame, before: upcoming)
            if !tries || table.holds(records) { return table }
            found = .success(table)
        } catch {
            guard tries, case .missing = error else { throw error }
            found = .failure(error)
        }
        for location in locations.places(of: frame) {
            guard let table = try? read(repository.pack(location.pack), location.entry), table.holds(records)
            else { continue }
            tables.insert(table, for: frame, cost: table.memoryBytes)
            return table
        }
        return try found.get()
    }

    private mutating func table(
        of frame: FrameID, before upcoming: ArraySlice<(FrameID, BitSet)> = []
    ) throws(LookupFailure) -> FrameTable {
        if let known = tables.value(frame) { return known }
        guard let location = locations[frame] else { throw .missing("no pack holds frame \(frame)") }
        if !upcoming.isEmpty {
            readAhead([location] + upcoming.reversed().compactMap { locations[$0.0] })
            if let known = tables.value(frame) { return known }
        }
        do throws(StoreError) {
            let table = try read(repository.pack(location.pack), location.entry)
            tables.insert(table, for: frame, cost: table.memoryBytes)
            return table
        } catch {
            throw error.isDamage ? .missing(error.description) : .store(error)
        }
    }

    /// Reads tables that are needed next, without waiting for each: a far store answers so many in one round trip.
    ///
    /// A failure is met again when that table is read by itself.
    private mutating func readAhead(_ wanted: [FrameIndex.Location]) {
        var requests: [ReadRequest] = []
        var places: [PackFooter.Entry] = []
        var bytes = 0
        for location in wanted where tables.value(location.entry.frame) == nil {
            let count = FrameTable.likelyBytes(location.entry)
            bytes += FrameTable.likelyMemory(location.entry)
            if !requests.isEmpty, bytes > Self.budget / 4 { break }
            requests.append(
                .bytes(repository.pack(location.pack), offset: location.entry.offset, count: count))
            places.append(location.entry)
        }
        repository.store.fetch(requests) { (number, answer) in
            guard case .success(.bytes(let head)) = answer,
                case .table(let table)? = try? FrameTable.read(head, of: places[number])
            else { return }
            tables.insert(table, for: places[number].frame, cost: table.memoryBytes)
        }
    }

    private func read(_ key: ObjectKey, _ place: PackFooter.Entry) throws(StoreError) -> FrameTable {
        var count = FrameTable.likelyBytes(place)
        while true {
            let head = try repository.store.read(key, at: place.offset, count: count)
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
