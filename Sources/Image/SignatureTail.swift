internal import Platform

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
