package import Platform

/// Which records need which: the bases of deltas, read from the tables of the frames they stand in.
package struct RecordGraph {
    private let store: any ObjectStore
    private let job: Name
    private let locations: FrameLocations
    /// Base slices of each delta of a frame that was looked at, by record number.
    private var bases: [FrameID: [Int: [Record.Slice]]] = [:]

    package init(_ store: any ObjectStore, job: Name, locations: FrameLocations) {
        self.store = store
        self.job = job
        self.locations = locations
    }

    package struct Missing: Error, Equatable, Sendable {
        package let frame: FrameID
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
        var pending = Array(roots)
        while let (frame, records) = pending.popLast() {
            let new = records.subtracting(found[frame] ?? [])
            guard !new.isEmpty else { continue }
            let isFirst = found[frame] == nil
            found[frame, default: []].formUnion(new)
            do throws(LookupFailure) {
                let bases = try bases(of: frame)
                for record in new {
                    for slice in bases[record] ?? [] { pending.append((slice.frame, [slice.record])) }
                }
            } catch {
                switch error {
                case .store(let error): throw error
                case .missing(let reason):
                    if isFirst { missing.append(Missing(frame: frame, reason: reason)) }
                }
            }
        }
        return (found, missing)
    }

    private enum LookupFailure: Error {
        case store(StoreError)
        case missing(String)
    }

    private mutating func bases(of frame: FrameID) throws(LookupFailure) -> [Int: [Record.Slice]] {
        if let known = bases[frame] { return known }
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
            var found: [Int: [Record.Slice]] = [:]
            for (number, record) in records.enumerated() where !record.base.isEmpty {
                found[number] = record.base
            }
            bases[frame] = found
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
