package import Platform

/// Writes a signature while its image is being read, block by block.
///
/// Fingerprints go to the file in sections of 65,536 as they come, so memory does not grow with the image.
/// The file is complete and durable when ``finish()`` returns; naming it is the caller's.
package final class SignatureWriter {
    private let object: ObjectFileWriter
    private var sections = FingerprintSections()
    /// Fingerprints that are not written yet.
    private var section: [Fingerprint] = []
    private var runs = SignatureRuns()
    private var extents: [Extent] = []
    private var imageOffset = 0
    private var open: (key: Extent.Key, blockSize: Int, start: Int)?

    package init(creating path: String, job: Identifier, in files: some FileSystem) throws(SystemError) {
        object = try ObjectFileWriter(
            ObjectHeader(.signature, job: job), into: try files.open(path, .create))
        section.reserveCapacity(FingerprintList.perSection)
    }

    /// Starts the next extent at the end of the image so far.
    package func beginExtent(_ key: Extent.Key, blockSize: Int) {
        endExtent()
        open = (key, blockSize, imageOffset)
    }

    package func add(_ content: BlockContent, length: Int) throws(SystemError) {
        imageOffset += length
        switch content {
        case .zero: runs.append(1, isZero: true)
        case .data(let fingerprint):
            runs.append(1, isZero: false)
            section.append(fingerprint)
            if section.count == FingerprintList.perSection { try flushFingerprints() }
        }
    }

    /// Adds neighbouring blocks of zeros, `byteCount` bytes of them.
    package func add(zeros byteCount: Int, blocks: Int) {
        imageOffset += byteCount
        runs.append(blocks, isZero: true)
    }

    /// Adds neighbouring blocks of the extent that is open.
    package func add(_ prints: BlockFingerprints) throws(SystemError) {
        imageOffset += prints.byteCount
        for run in prints.runs { runs.append(run.count, isZero: run.isZero) }
        var rest = prints.fingerprints[...]
        while !rest.isEmpty {
            let some = rest.prefix(FingerprintList.perSection - section.count)
            section.append(contentsOf: some)
            rest = rest.dropFirst(some.count)
            if section.count == FingerprintList.perSection { try flushFingerprints() }
        }
    }

    /// Writes what is left, computes the image digest and makes the file durable.
    ///
    /// - Parameter zeros: The fingerprints of zero blocks under the job's secret.
    package func finish(_ zeros: ZeroFingerprints) throws(ImageError) -> Signature {
        endExtent()
        do throws(SystemError) {
            if !section.isEmpty { try flushFingerprints() }
            var writer = ByteWriter()
            runs.encode(into: &writer)
            try object.section("RUNS", .mandatory, writer.bytes.span)
        } catch { throw .system(error) }
        let layout: ImageLayout
        do throws(FormatError) { layout = try ImageLayout(extents) } catch {
            throw .format(error, path: object.file.path)
        }
        let unfinished = Signature(
            file: object.file, SignatureTail(layout: layout, runs: runs, sections))
        let digest = try unfinished.computeDigest(zeros)
        do throws(SystemError) {
            var writer = ByteWriter()
            layout.encode(into: &writer)
            writer.append(digest)
            try object.section("EXTN", .mandatory, writer.bytes.span)
            try object.finish()
            try object.file.sync()
        } catch { throw .system(error) }
        return Signature(
            file: object.file, SignatureTail(layout: layout, runs: runs, sections, digest: digest))
    }

    private func endExtent() {
        guard let (key, blockSize, start) = open else { return }
        extents.append(Extent(key: key, offset: start, length: imageOffset - start, blockSize: blockSize))
        open = nil
    }

    private func flushFingerprints() throws(SystemError) {
        var full = exchange(&section, with: [])
        try full.span.withBytes { (bytes) throws(SystemError) in
            sections.add(bytes, contentAt: try object.section("FPRT", .mandatory, bytes))
        }
        full.removeAll(keepingCapacity: true)
        section = full
    }
}
