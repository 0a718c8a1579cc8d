package import Platform

/// A signature file, open for reading: layout and runs in memory, fingerprints read as they are asked for.
///
/// docs/format/signature.md. Owned by one thread at a time.
package final class Signature {
    private let file: any OpenFile
    /// Everything but the fingerprints, for another reader of the file.
    package let tail: SignatureTail
    private let fingerprints: FingerprintList
    /// The run that was asked for last: what is asked for next is nearly always in it, or in the one after.
    private var recent = 0

    package init(file: any OpenFile, _ tail: SignatureTail) {
        self.file = file
        self.tail = tail
        fingerprints = FingerprintList(in: file, tail.sections)
    }

    /// Opens a signature, checking its digest and that its parts agree.
    package convenience init(opening path: String, job: Identifier, in files: some FileSystem)
        throws(ImageError)
    {
        let file: any OpenFile
        let length: Int
        do throws(SystemError) {
            file = try files.open(path, .read)
            length = try file.status().length
        } catch { throw .system(error) }
        let tail = try SignatureTail(reading: file, length: length, job: job)
        self.init(file: file, tail)
    }

    package var path: String { file.path }
    package var layout: ImageLayout { tail.layout }
    package var runs: SignatureRuns { tail.runs }
    /// The image's digest; all zero only while the signature is being made.
    package var digest: Digest256 { tail.digest }

    /// The same signature for another reader, who goes through it in another order.
    package func reader() -> Signature { Signature(file: file, tail) }

    /// Returns the content of block number `block` of the image.
    ///
    /// As cheap as an array for blocks that are asked for in order.
    package func content(ofBlock block: Int) throws(ImageError) -> BlockContent {
        guard let run = run(ofBlock: block), !run.isZero else { return .zero }
        return .data(try fingerprints[run.dataBefore + block - run.firstBlock])
    }

    /// The blocks from `block` on, at most `limit`, that are all zero or that have their fingerprints in one place.
    ///
    /// The result has at least one block; it is nil after the last one.
    package func blocks(from block: Int, limit: Int = .max) throws(ImageError) -> Blocks? {
        guard limit > 0, let run = run(ofBlock: block) else { return nil }
        let count = min(limit, run.firstBlock + run.count - block)
        if run.isZero { return Blocks(count: count, fingerprints: nil) }
        let (fingerprints, start) = try self.fingerprints.stretch(
            at: run.dataBefore + block - run.firstBlock)
        let end = min(start + count, fingerprints.count)
        return Blocks(count: end - start, fingerprints: fingerprints[start..<end])
    }

    /// Neighbouring blocks: all zero, or each with its fingerprint.
    package struct Blocks: Sendable {
        package let count: Int
        /// `count` of them; nil for zeros.
        package let fingerprints: ArraySlice<Fingerprint>?
    }

    func computeDigest(_ zeros: ZeroFingerprints) throws(ImageError) -> Digest256 {
        var zeros = zeros
        var digest = ImageDigest(layout)
        for extent in layout.extents.indices {
            try forEachRun(ofExtent: extent) { digest.add($0, &zeros) }
        }
        return digest.finish()
    }

    /// The run that `block` is in; nil after the last one.
    private func run(ofBlock block: Int) -> SignatureRuns.Run? {
        let all = runs.runs
        for index in recent..<min(recent + 2, all.count)
        where block >= all[index].firstBlock && block - all[index].firstBlock < all[index].count {
            recent = index
            return all[index]
        }
        guard let index = runs.index(ofBlock: block) else { return nil }
        recent = index
        return all[index]
    }
}

/// Neighbouring blocks of one extent: all zero, or each with its fingerprint.
package struct SignatureRun: Sendable {
    package let count: Int
    /// `count` of them; nil for zeros.
    package let fingerprints: ArraySlice<Fingerprint>?
    package let blockSize: Int
    /// Bytes of the last one, which is short where it ends its extent.
    package let lastLength: Int
}

extension Signature {
    /// Calls `body` with all blocks of an extent in order, as few runs as there are.
    package func forEachRun(
        ofExtent number: Int, _ body: (SignatureRun) throws(ImageError) -> Void
    ) throws(ImageError) {
        let extent = layout.extents[number]
        var index = 0
        while index < extent.blockCount {
            let first = layout.firstBlocks[number] + index
            guard let found = try blocks(from: first, limit: extent.blockCount - index) else {
                throw .format(.badField(field: "runs", offset: first), path: path)
            }
            index += found.count
            try body(
                SignatureRun(
                    count: found.count, fingerprints: found.fingerprints,
                    blockSize: extent.blockSize, lastLength: extent.range(ofBlock: index - 1).count))
        }
    }
}

/// Everything of a signature file but its fingerprints, checked against the file's digest.
package struct SignatureTail: Sendable {
    let layout: ImageLayout
    let runs: SignatureRuns
    let sections: FingerprintSections
    /// The image's digest; all zero only while the signature is being made.
    let digest: Digest256

    private static let limits = [
        "FPRT": FingerprintList.sectionBytes, "RUNS": 1 << 30, "EXTN": 1 << 30,
    ]

    init(
        layout: ImageLayout, runs: SignatureRuns, _ sections: FingerprintSections, digest: Digest256? = nil
    ) {
        self.layout = layout
        self.runs = runs
        self.sections = sections
        self.digest = digest ?? Digest256([UInt8](repeating: 0, count: Digest256.byteCount).span)
    }

    /// Reads the file once.
    init(reading file: any OpenFile, length: Int, job: Identifier) throws(ImageError) {
        var kept: [String: [UInt8]] = [:]
        var prints = FingerprintSections()
        let scan = file.scan(length: length)
        _ = try scan.run(
            .signature, job: job, .init(Self.limits)
        ) { (tag, start, content) throws(FormatError) in
            guard tag == "FPRT" else { return kept[tag] = content }
            try prints.add(contentAt: start, content.span)
        }
        do throws(FormatError) {
            guard let runBytes = kept["RUNS"] else { throw .missingSection(tag: "RUNS") }
            guard let extentBytes = kept["EXTN"] else { throw .missingSection(tag: "EXTN") }
            var runReader = ByteReader(runBytes)
            runs = try SignatureRuns(parsing: &runReader)
            var extentReader = ByteReader(extentBytes)
            layout = try ImageLayout(parsing: &extentReader)
            digest = try extentReader.digest()
            // Fingerprints are found by their number, so their sections come first.
            guard runs.blockCount == layout.blockCount, runs.dataCount == prints.count,
                prints.start ?? ObjectHeader.byteCount == ObjectHeader.byteCount
            else { throw .badField(field: "runs", offset: 0) }
            sections = prints
        } catch { throw .format(error, path: file.path) }
    }
}
