package import Image
package import Platform

/// Writes a map segment while its entries and fingerprints become known, each in the order of the image.
///
/// The file begins with what is known last; so both wait in buffers that spill to scratch files.
package final class MapSegmentWriter {
    private let job: Identifier
    private let scratch: ScratchFolder
    private var frames = MapEntryEncoder()
    /// The last entry, which may go on.
    private var open: MapEntry?
    /// The `ENTS` sections that are full, and of each its length.
    private let entries: SpillBuffer
    private var entrySections: [Int] = []
    private var runs = FingerprintRunEncoder()
    private var section: [Fingerprint] = []
    private let prints: SpillBuffer

    package init(job: Identifier, _ scratch: ScratchFolder) {
        self.job = job
        self.scratch = scratch
        entries = SpillBuffer(scratch)
        prints = SpillBuffer(scratch)
    }

    /// Adds an entry behind the last one; neighbours that go on in each other become one.
    package func append(_ entry: MapEntry) throws(SystemError) {
        if let joined = open?.joined(with: entry) {
            open = joined
        } else {
            try closeEntry()
            open = entry
        }
    }

    /// Adds the fingerprint of one block behind the last run.
    package func append(
        _ range: Range<Int>, blockSize: Int, _ fingerprint: Fingerprint
    ) throws(SystemError) {
        runs.add(blocks: range, blockSize)
        try append(fingerprint)
    }

    /// Adds a run behind the last one, with its fingerprints.
    package func append(_ run: FingerprintRun) throws(ImageError) {
        runs.add(run.offset, run.length, run.blockSize, run.source)
        guard case .blocks(let list, let first) = run.source else { return }
        var next = first
        let end = first + run.blockCount
        while next < end {
            let (fingerprints, place) = try list.stretch(at: next)
            let stop = min(fingerprints.count, place + end - next)
            do throws(SystemError) {
                for fingerprint in fingerprints[place..<stop] { try append(fingerprint) }
            } catch { throw .system(error) }
            next += stop - place
        }
    }

    /// Puts the segment together.
    ///
    /// - Returns: What was written, read again; its file has no name yet.
    package func finish() throws(ImageError) -> MapSegment {
        let file: any OpenFile
        do throws(SystemError) {
            try closeEntry()
            if frames.count > 0 { try closeSection() }
            file = try scratch.file()
            let object = try ObjectFileWriter(ObjectHeader(.map, job: job), into: file)
            try object.section("FRMS", .mandatory, frames.encodedFrames.span)
            try copy(entries, entrySections, as: "ENTS", to: object)
            try object.section("RUNS", [.mandatory, .isPrivate], runs.finish().span)
            try flushPrints()
            try copy(prints, printSections, as: "FPRT", to: object)
            try object.finish()
        } catch { throw .system(error) }
        return try MapSegment(reading: file, job: job)
    }

    private func closeEntry() throws(SystemError) {
        guard let entry = open.take() else { return }
        frames.add(entry)
        if frames.count == MapEntryEncoder.perSection { try closeSection() }
    }

    private func closeSection() throws(SystemError) {
        let section = frames.finishSection()
        try entries.append(section.span)
        entrySections.append(section.count)
    }

    private func append(_ fingerprint: Fingerprint) throws(SystemError) {
        section.append(fingerprint)
        if section.count == FingerprintList.perSection { try flushPrints() }
    }

    private func flushPrints() throws(SystemError) {
        var full = exchange(&section, with: [])
        try full.span.withBytes { (bytes) throws(SystemError) in try prints.append(bytes) }
        full.removeAll(keepingCapacity: true)
        section = full
    }

    private var printSections: [Int] {
        let (full, rest) = prints.count.quotientAndRemainder(dividingBy: FingerprintList.sectionBytes)
        return [Int](repeating: FingerprintList.sectionBytes, count: full) + (rest > 0 ? [rest] : [])
    }

    private func copy(
        _ buffer: SpillBuffer, _ sections: [Int], as tag: String, to object: ObjectFileWriter
    ) throws(SystemError) {
        var offset = 0
        for length in sections {
            let bytes = try buffer.bytes(at: offset, count: length)
            try object.section(tag, [.mandatory, .isPrivate], bytes.span)
            offset += length
        }
    }
}

extension MapSegment {
    /// This segment over an older one, as one.
    ///
    /// - Throws: `overLimit` for more than `runLimit` runs: what a small hostile map can stand for.
    package func merged(
        over older: Self, runLimit: Int, job: Identifier, _ scratch: ScratchFolder
    ) throws(ImageError) -> MapSegment {
        let writer = MapSegmentWriter(job: job, scratch)
        var layers = Overlay(entries.all(), over: older.entries.all())
        while let entry = try layers.next() {
            do throws(SystemError) { try writer.append(entry) } catch { throw .system(error) }
        }
        let runs: [FingerprintRun]
        do throws(FormatError) {
            runs = try FingerprintRun.merged(self.runs, over: older.runs, limit: runLimit)
        } catch { throw .format(error, path: older.file.path) }
        for run in runs { try writer.append(run) }
        return try writer.finish()
    }
}
