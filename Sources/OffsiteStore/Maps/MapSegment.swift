package import Image
package import Platform

/// One layer of a point's map: what is where, and the fingerprints that go with it.
///
/// docs/format/map.md. Named by the SHA-256 of its bytes, the same in every store of the job. Entries and fingerprints
/// stay in its file and are read as they are asked for; runs are in memory.
package struct MapSegment {
    /// Most segments a point's map may have.
    package static let maximumStack = 8
    package static let maximumBytes = 1 << 34
    static let tags: Set<String> = ["FRMS", "ENTS", "RUNS", "FPRT"]
    /// Of everything but fingerprints it is enough for a map of the largest size.
    static let maximumSectionBytes = 1 << 30

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
        guard length <= Self.maximumBytes else { throw .system(.tooLarge(file.path)) }
        var frames: [FrameID] = []
        var sections: [MapEntries.Section] = []
        var runs: [UInt8]?
        var prints = FingerprintSections()
        let digest = try file.scan(length: length).run(
            .map, job: job, known: Self.tags, maximumSectionBytes: Self.maximumSectionBytes
        ) { (tag, start, content) throws(FormatError) in
            switch tag {
            case "FRMS":
                var reader = ByteReader(content)
                frames = try FrameList(parsing: &reader).frames
            case "ENTS":
                let floor = sections.last?.range.upperBound ?? 0
                let entries = try MapEntry.parse(section: content, frames, floor: floor)
                guard let first = entries.first, let last = entries.last else { break }
                sections.append(
                    .init(start: start, byteCount: content.count, range: first.offset..<last.end))
            case "RUNS": runs = content
            default: try prints.add(contentAt: start, byteCount: content.count)
            }
        }
        let list = FingerprintList(in: file, start: prints.start ?? length, count: prints.count)
        do throws(FormatError) {
            guard let runs else { throw .missingSection(tag: "RUNS") }
            self.runs = try FingerprintRun.parse(section: runs, list)
        } catch { throw .format(error, path: file.path) }
        name = Point.Segment(name: digest, length: length)
        entries = MapEntries(in: file, frames, sections)
        self.file = file
    }
}
