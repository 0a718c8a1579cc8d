package import Platform

/// A signature file, open for reading: layout and runs in memory, fingerprints read as they are asked for.
///
/// docs/format/signature.md. Owned by one thread at a time.
package final class Signature {
    /// Fingerprints in every `FPRT` section but the last.
    static let fingerprintsPerSection = 65_536
    static let sectionBytes = fingerprintsPerSection * Fingerprint.byteCount

    private let file: any OpenFile
    package let layout: ImageLayout
    package let runs: SignatureRuns
    /// The image's digest; all zero only while the signature is being made.
    package let digest: Digest256
    private var cached: (section: Int, bytes: [UInt8])?

    package init(file: any OpenFile, layout: ImageLayout, runs: SignatureRuns, digest: Digest256?) {
        self.file = file
        self.layout = layout
        self.runs = runs
        self.digest = digest ?? Digest256([UInt8](repeating: 0, count: Digest256.byteCount).span)
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
        self.init(file: file, layout: tail.layout, runs: tail.runs, digest: tail.digest)
    }

    package var path: String { file.path }

    /// The same signature for another reader, who goes through it in another order.
    package func reader() -> Signature { Signature(file: file, layout: layout, runs: runs, digest: digest) }

    /// What block number `block` of the image holds.
    package func content(ofBlock block: Int) throws(ImageError) -> BlockContent {
        guard let ordinal = runs.dataOrdinal(ofBlock: block) else { return .zero }
        return .data(try fingerprint(ordinal))
    }

    /// Calls `body` with every block in order: its content and its length in bytes.
    package func forEachBlock<E: Error>(
        _ failure: (ImageError) -> E, _ body: (BlockContent, Int) throws(E) -> Void
    ) throws(E) {
        for (number, extent) in layout.extents.enumerated() {
            for index in 0..<extent.blockCount {
                let content: BlockContent
                do throws(ImageError) {
                    content = try self.content(ofBlock: layout.firstBlocks[number] + index)
                } catch { throw failure(error) }
                try body(content, extent.range(ofBlock: index).count)
            }
        }
    }

    func computeDigest(_ zeros: ZeroFingerprints) throws(ImageError) -> Digest256 {
        var zeros = zeros
        var digest = ImageDigest(layout)
        try forEachBlock({ $0 }) { (content, length) throws(ImageError) in
            switch content {
            case .zero: digest.add(zeros.fingerprint(length: length))
            case .data(let fingerprint): digest.add(fingerprint)
            }
        }
        return digest.finish()
    }

    private func fingerprint(_ ordinal: Int) throws(ImageError) -> Fingerprint {
        let section = ordinal / Self.fingerprintsPerSection
        if cached?.section != section { cached = (section, try load(section)) }
        let start = ordinal % Self.fingerprintsPerSection * Fingerprint.byteCount
        guard let bytes = cached?.bytes, start + Fingerprint.byteCount <= bytes.count else {
            throw .format(.badField(field: "fingerprint", offset: ordinal), path: path)
        }
        return Fingerprint(low: bytes.span.uint64(at: start), high: bytes.span.uint64(at: start + 8))
    }

    /// Where `FPRT` section number `section` starts in the file.
    static func sectionStart(_ section: Int) -> Int {
        ObjectHeader.byteCount + section * (Section.headerBytes + sectionBytes)
    }

    private func load(_ section: Int) throws(ImageError) -> [UInt8] {
        let first = section * Self.fingerprintsPerSection
        let count = min(Self.fingerprintsPerSection, runs.dataCount - first)
        let start = Self.sectionStart(section) + Section.headerBytes
        do throws(SystemError) {
            return try file.bytes(at: start, count: count * Fingerprint.byteCount)
        } catch { throw .system(error) }
    }
}
