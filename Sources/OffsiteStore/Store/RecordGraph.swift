package import Platform

/// Which records need which: the bases of deltas, read from the tables of the frames they stand in.
package struct RecordGraph {
    private let store: any ObjectStore
    private let job: Name
    private let locations: FrameLocations
    /// The frames that were looked at.
    private var tables: [FrameID: FrameTable] = [:]

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
        of roots: [FrameID: Set<Int>]
    ) throws(StoreError) -> (records: [FrameID: Set<Int>], missing: [Missing]) {
        var found: [FrameID: Set<Int>] = [:]
        var missing: [Missing] = []
        var reported: Set<FrameID> = []
        var pending = Array(roots)
        while let (frame, records) = pending.popLast() {
            // Most come as one record of a frame with many: what is walked through must be the few.
            let new = found[frame].map { known in records.filter { !known.contains($0) } } ?? records
            guard !new.isEmpty else { continue }
            if found[frame] == nil { found[frame] = new } else { found[frame]?.formUnion(new) }
            var reason: String?
            do throws(LookupFailure) {
                let table = try table(of: frame)
                for record in new {
                    if record >= table.count || table.dropped.contains(record) {
                        reason = "frame \(frame) has no record \(record)"
                    }
                    for slice in table.deltas[record]?.base ?? [] {
                        pending.append((slice.frame, [slice.record]))
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
        return (found, missing)
    }

    private enum LookupFailure: Error {
        case store(StoreError)
        case missing(String)
    }

    private mutating func table(of frame: FrameID) throws(LookupFailure) -> FrameTable {
        if let known = tables[frame] { return known }
        guard let location = locations[frame] else { throw .missing("no pack holds frame \(frame)") }
        do throws(StoreError) {
            let table = try read(.pack(job, location.pack), location.entry)
            tables[frame] = table
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
