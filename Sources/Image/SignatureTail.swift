internal import Platform

/// Everything of a signature file but its fingerprints, checked against the file's digest.
struct SignatureTail {
    let layout: ImageLayout
    let runs: SignatureRuns
    let digest: Digest256

    private static let maximumSectionBytes = 1 << 30

    /// Reads the file once.
    init(reading file: any OpenFile, length: Int, job: Identifier) throws(ImageError) {
        var kept: [String: [UInt8]] = [:]
        var prints = FingerprintSections()
        let scan = file.scan(length: length)
        _ = try scan.run(
            .signature, job: job, known: ["FPRT", "RUNS", "EXTN"],
            maximumSectionBytes: Self.maximumSectionBytes
        ) { (tag, start, content) throws(FormatError) in
            guard tag == "FPRT" else { return kept[tag] = content }
            try prints.add(contentAt: start, byteCount: content.count)
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
        } catch { throw .format(error, path: file.path) }
    }
}
