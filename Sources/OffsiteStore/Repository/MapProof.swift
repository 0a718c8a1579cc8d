internal import BitCollections
internal import Image
internal import Platform
internal import StoreFormat

/// A map segment that was read once from end to end, and is what it says.
///
/// Holds what the segment refers to. Entries stay in the file, and of runs and fingerprints nothing is held.
struct MapProof {
    let name: Digest256
    let entries: MapEntries
    /// The records of each frame that entries refer to.
    let records: [FrameID: BitSet]

    /// Reads a segment and tests every entry and run.
    ///
    /// - Parameter pulse: Called before each read.
    /// - Throws: `corrupt` or `incompatible` for what is no segment of this job.
    init(
        reading file: any OpenFile, of key: ObjectKey, length: Int, job: Identifier,
        pulse: (() throws(StoreError) -> Void)?
    ) throws(StoreError) {
        func format(_ error: FormatError) -> StoreError { StoreError("read", key.path, error) }
        guard length <= Point.Segment.maximumBytes else {
            throw format(
                .overLimit(field: "map", value: UInt64(length), limit: UInt64(Point.Segment.maximumBytes)))
        }
        var found: (frames: [FrameID], records: [FrameID: BitSet])?
        var sections: [MapEntries.Section] = []
        var runs: [UInt8]?
        var prints = FingerprintSections()
        var isFull = true
        let scan = ObjectScan(length: length, format: format) { (offset, count) throws(StoreError) in
            try pulse?()
            do throws(SystemError) { return try file.bytes(at: offset, count: count) } catch {
                throw StoreError("read", key.path, error)
            }
        }
        name = try scan.run(.map, job: job, .init(MapSegment.sections)) {
            (tag, start, content) throws(FormatError) in
            switch tag {
            case "FRMS":
                guard found == nil else { throw .badField(field: "frames", offset: start) }
                found = try MapReferences.parse(content, segmentBytes: length)
            case "ENTS":
                guard let found, isFull else { throw .badField(field: "entries", offset: start) }
                let floor = sections.last?.range.upperBound ?? 0
                let entries = try MapEntry.parse(section: content, found.frames, floor: floor)
                for case .record(let frame, let record, _, _) in entries.lazy.map(\.source) {
                    guard found.records[frame]?.contains(record) == true else {
                        throw .badField(field: "bitmap", offset: start)
                    }
                }
                guard let first = entries.first, let last = entries.last else { break }
                isFull = entries.count == MapEntryEncoder.perSection
                sections.append(.init(start: start, content: content, range: first.offset..<last.end))
            case "RUNS":
                guard runs == nil else { throw .badField(field: "runs", offset: start) }
                runs = content
            default: try prints.add(contentAt: start, content.span)
            }
        }
        guard let found else { throw format(.missingSection(tag: "FRMS")) }
        guard let runs else { throw format(.missingSection(tag: "RUNS")) }
        do throws(FormatError) {
            try FingerprintRun.check(section: runs, prints: prints.count)
        } catch { throw format(error) }
        records = found.records
        entries = MapEntries(in: file, found.frames, sections)
    }
}
