package import Image
package import Platform

/// One layer of a point's map: what is where, and the fingerprints that go with it.
///
/// docs/format/map.md. Named by the SHA-256 of its bytes, the same in every store of the job. Entries and fingerprints
/// stay in its file and are read as they are asked for; runs are in memory.
package struct MapSegment {
    /// Most bytes of each section.
    package static let sections = [
        "FRMS": 1 << 30, "ENTS": 4 << 20, "RUNS": 256 << 20, "FPRT": FingerprintList.sectionBytes,
    ]

    package let name: Point.Segment
    package let file: any OpenFile
    package let entries: MapEntries
    /// Sorted, not overlapping.
    package let runs: [FingerprintRun]

    package var isEmpty: Bool { entries.isEmpty && runs.isEmpty }

    /// Reads a file once, proving it.
    ///
    /// Whether it is the segment it should be is for the caller to see from its name.
    package init(reading file: any OpenFile, job: Identifier) throws(ImageError) {
        let length: Int
        do throws(SystemError) { length = try file.status().length } catch { throw .system(error) }
        guard length <= Point.Segment.maximumBytes else { throw .system(.tooLarge(file.path)) }
        var frames: [FrameID]?
        var sections: [MapEntries.Section] = []
        var runs: [UInt8]?
        var prints = FingerprintSections()
        /// All sections of entries but the last are.
        var isFull = true
        let digest = try file.scan(length: length).run(.map, job: job, .init(Self.sections)) {
            (tag, start, content) throws(FormatError) in
            switch tag {
            case "FRMS":
                guard frames == nil else { throw .badField(field: "frames", offset: start) }
                var reader = ByteReader(content)
                frames = try FrameList(parsing: &reader).frames
            case "ENTS":
                guard let frames, isFull else { throw .badField(field: "entries", offset: start) }
                let floor = sections.last?.range.upperBound ?? 0
                let entries = try MapEntry.parse(section: content, frames, floor: floor)
                guard let first = entries.first, let last = entries.last else { break }
                isFull = entries.count == MapEntryEncoder.perSection
                sections.append(.init(start: start, content: content, range: first.offset..<last.end))
            case "RUNS":
                guard runs == nil else { throw .badField(field: "runs", offset: start) }
                runs = content
            default: try prints.add(contentAt: start, content.span)
            }
        }
        do throws(FormatError) {
            guard let frames else { throw .missingSection(tag: "FRMS") }
            guard let runs else { throw .missingSection(tag: "RUNS") }
            entries = MapEntries(in: file, frames, sections)
            self.runs = try FingerprintRun.parse(section: runs, FingerprintList(in: file, prints))
        } catch { throw .format(error, path: file.path) }
        name = Point.Segment(name: digest, length: length)
        self.file = file
    }
}
