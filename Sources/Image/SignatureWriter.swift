package import Platform

/// Writes a signature while its image is being read, block by block.
///
/// Fingerprints go to the file in sections of 65,536 as they come, so memory does not grow with the image.
/// The file is complete and durable when ``finish()`` returns; naming it is the caller's.
package final class SignatureWriter {
    private let file: any OpenFile
    private let job: Identifier
    private var hasher = Optional(SHA256Hasher())
    private var offset = 0
    private var lastSection = 0
    /// Fingerprints that are not written yet.
    private var section: [Fingerprint] = []
    private var runs = SignatureRuns()
    private var extents: [Extent] = []
    private var imageOffset = 0
    private var open: (key: Extent.Key, blockSize: Int, start: Int)?

    package init(creating path: String, job: Identifier, in files: some FileSystem) throws(SystemError) {
        file = try files.open(path, .create)
        self.job = job
        section.reserveCapacity(Signature.fingerprintsPerSection)
        try emit(ObjectHeader(.signature, job: job).encoded.span)
    }

    /// Starts the next extent where the image stands.
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
            if section.count == Signature.fingerprintsPerSection { try flushFingerprints() }
        }
    }

    /// Adds neighbouring blocks of the extent that is open.
    package func add(_ prints: BlockPrints) throws(SystemError) {
        imageOffset += prints.byteCount
        for run in prints.runs { runs.append(run.count, isZero: run.isZero) }
        var rest = prints.fingerprints[...]
        while !rest.isEmpty {
            let some = rest.prefix(Signature.fingerprintsPerSection - section.count)
            section.append(contentsOf: some)
            rest = rest.dropFirst(some.count)
            if section.count == Signature.fingerprintsPerSection { try flushFingerprints() }
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
            try emitSection("RUNS", writer.bytes.span)
        } catch { throw .system(error) }
        let layout: ImageLayout
        do throws(FormatError) { layout = try ImageLayout(extents) } catch {
            throw .format(error, path: file.path)
        }
        let unfinished = Signature(file: file, layout: layout, runs: runs, digest: nil)
        let digest = try unfinished.computeDigest(zeros)
        do throws(SystemError) {
            var writer = ByteWriter()
            layout.encode(into: &writer)
            writer.append(digest)
            try emitSection("EXTN", writer.bytes.span)
            try emit(
                ObjectTrailer.head(lastSection: lastSection, length: offset + ObjectTrailer.byteCount).span)
            if let hasher = hasher.take() { try file.write(hasher.finish().bytes.span, at: offset) }
            try file.sync()
        } catch { throw .system(error) }
        return Signature(file: file, layout: layout, runs: runs, digest: digest)
    }

    private func endExtent() {
        guard let (key, blockSize, start) = open else { return }
        extents.append(Extent(key: key, offset: start, length: imageOffset - start, blockSize: blockSize))
        open = nil
    }

    private func flushFingerprints() throws(SystemError) {
        var full = exchange(&section, with: [])
        try full.span.withBytes { (bytes) throws(SystemError) in try emitSection("FPRT", bytes) }
        full.removeAll(keepingCapacity: true)
        section = full
    }

    private func emitSection(_ tag: String, _ content: Span<UInt8>) throws(SystemError) {
        lastSection = offset
        try emit(Section.header(tag, .mandatory, length: content.count).span)
        try emit(content)
    }

    private func emit(_ bytes: Span<UInt8>) throws(SystemError) {
        hasher?.update(bytes)
        try file.write(bytes, at: offset)
        offset += bytes.count
    }
}
