package import Platform

/// Which records need which: the bases of deltas, read from the tables of the frames they stand in.
package struct RecordGraph {
    private let store: any ObjectStore
    private let job: Name
    private let locations: FrameLocations
    /// The frames that were looked at.
    private var tables: [FrameID: Table] = [:]

    private struct Table {
        let count: Int
        /// Base slices of each delta, by record number.
        var bases: [Int: [Record.Slice]] = [:]
        /// Records whose payload collection has left out.
        var dropped: Set<Int> = []
    }

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
                    for slice in table.bases[record] ?? [] { pending.append((slice.frame, [slice.record])) }
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

    private mutating func table(of frame: FrameID) throws(LookupFailure) -> Table {
        if let known = tables[frame] { return known }
        guard let location = locations[frame] else { throw .missing("no pack holds frame \(frame)") }
        do throws(StoreError) {
            let key = ObjectKey.pack(job, location.pack)
            let start = location.entry.offset
            let head = try store.read(key, at: start, count: min(Frame.headerBytes, location.entry.length))
            let tableBytes = try wrapped(key) { () throws(FormatError) in try Frame.tableBytes(head, frame) }
            guard Frame.headerBytes + tableBytes <= location.entry.length else {
                throw StoreError(.corrupt, "read", key.path, "frame \(frame) ends inside its table")
            }
            let table = try store.read(key, at: start + Frame.headerBytes, count: tableBytes)
            let records = try wrapped(key) { () throws(FormatError) in
                var reader = ByteReader(table)
                return try RecordTable.parse(&reader, count: location.entry.records, of: frame)
            }
            var found = Table(count: records.count)
            for (number, record) in records.enumerated() {
                if !record.base.isEmpty { found.bases[number] = record.base }
                if record.storedBytes == 0, record.length > 0 { found.dropped.insert(number) }
            }
            tables[frame] = found
            return found
        } catch {
            switch error.kind {
            case .corrupt, .notFound, .failed: throw .missing(error.description)
            default: throw .store(error)
            }
        }
    }

    private func wrapped<R>(
        _ key: ObjectKey, _ body: () throws(FormatError) -> R
    ) throws(StoreError) -> R {
        do throws(FormatError) { return try body() } catch { throw StoreError("read", key.path, error) }
    }
}

extension Frame {
    /// The length of the table, from a frame's first 40 bytes.
    static func tableBytes(_ head: [UInt8], _ expected: FrameID) throws(FormatError) -> Int {
        var reader = ByteReader(head)
        guard try FrameID(parsing: &reader) == expected else { throw .badField(field: "frame id", offset: 0) }
        try reader.skip(8)
        let count = Int(try reader.uint32())
        guard count <= maximumTableBytes else {
            throw .overLimit(field: "table", value: UInt64(count), limit: UInt64(maximumTableBytes))
        }
        return count
    }
}
