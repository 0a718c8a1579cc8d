package import OffsiteStore
internal import Platform
package import StoreFormat

/// The deltas that a part of an image is made of, and their bases down to plain records.
///
/// Read from the tables in front of frames, which are a few percent of them, level by level: as many rounds
/// as deltas lie on one block, each with many reads under way.
package struct DeltaTables {
    /// Of tables that were read and may be needed again.
    private static let budget = 32 << 20
    /// Deltas at once: a graph made to take for ever, or a plan made too large.
    private static let maximumDeltas = 1 << 20

    private let repository: Repository
    private let locations: FrameIndex
    /// Tells of a frame whether it is not looked into; what such a one holds looks like plain records.
    ///
    /// Nil where nothing is damaged: then every frame has its place.
    private let ignores: ((FrameID) throws(SyncError) -> Bool)?
    private var tables = BoundedCache<FrameID, FrameTable>(budget: budget)
    private var deltas: [RecordAddress: FrameTable.Delta] = [:]

    package init(
        _ repository: Repository, _ locations: FrameIndex,
        ignoring ignores: ((FrameID) throws(SyncError) -> Bool)? = nil
    ) {
        self.ignores = ignores
        self.repository = repository
        self.locations = locations
    }

    /// Nil for a plain record.
    package subscript(address: RecordAddress) -> FrameTable.Delta? { deltas[address] }

    /// Loads what `entries` need, in the place of what was loaded before.
    package mutating func load(_ entries: [MapEntry]) throws(SyncError) {
        var deltas: [RecordAddress: FrameTable.Delta] = [:]
        // Length of the longest chain of deltas below a record; 0 for a plain one, whose table is not needed.
        var level: [FrameID: [Int: Int]] = [:]
        for entry in entries {
            guard case .record(let frame, let record, _, let depth) = entry.source, depth > 0 else {
                continue
            }
            level[frame, default: [:]][record, default: 0].raise(to: depth)
        }
        while !level.isEmpty {
            var below: [FrameID: [Int: Int]] = [:]
            try forEachTable(Array(level.keys)) { (frame, table) throws(SyncError) in
                for (record, depth) in level[frame] ?? [:] {
                    guard let delta = table.deltas[record] else { continue }
                    deltas[RecordAddress(frame, record)] = delta
                    guard depth > 1 else { continue }
                    for slice in delta.base where deltas[RecordAddress(slice)] == nil {
                        below[slice.frame, default: [:]][slice.record, default: 0].raise(to: depth - 1)
                    }
                }
                guard deltas.count <= Self.maximumDeltas else {
                    throw .damaged("the deltas of one part of an image are more than \(Self.maximumDeltas)")
                }
            }
            level = below
        }
        self.deltas = deltas
    }

    private mutating func forEachTable(
        _ frames: [FrameID], _ body: (FrameID, FrameTable) throws(SyncError) -> Void
    ) throws(SyncError) {
        var missing: [FrameIndex.Location] = []
        for frame in frames {
            if let known = tables.value(frame) {
                try body(frame, known)
                continue
            }
            if let ignores, try ignores(frame) { continue }
            missing.append(try locations.location(of: frame))
        }
        var heads = missing.map { ($0, FrameTable.likelyBytes($0.entry)) }
        while !heads.isEmpty {
            var again: [(FrameIndex.Location, Int)] = []
            let requests = heads.map { (location, count) in
                ReadRequest.bytes(repository.pack(location.pack), offset: location.entry.offset, count: count)
            }
            try repository.store.fetch(requests) { (number, answer) throws(SyncError) in
                let (location, count) = heads[number]
                let frame = location.entry.frame
                let found = try referenced { () throws(StoreError) in try answer.get() }
                guard case .bytes(let head) = found else { return }
                let reading: FrameTable.Reading
                do throws(FormatError) { reading = try FrameTable.read(head, of: location.entry) } catch {
                    throw .damaged("frame \(frame): \(error)")
                }
                switch reading {
                case .needs(let more):
                    guard more > count else { throw .damaged("frame \(frame): its table does not end") }
                    again.append((location, more))
                case .table(let table):
                    tables.insert(table, for: frame, cost: table.memoryBytes)
                    try body(frame, table)
                }
            }
            heads = again
        }
    }
}

extension FrameIndex {
    func location(of frame: FrameID) throws(SyncError) -> Location {
        guard let location = self[frame] else { throw .damaged("no pack holds frame \(frame)") }
        return location
    }
}

extension Int {
    fileprivate mutating func raise(to value: Int) { self = Swift.max(self, value) }
}
