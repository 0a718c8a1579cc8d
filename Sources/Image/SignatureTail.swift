internal import Platform

/// Everything of a signature file but its fingerprints, checked against the file's digest.
struct SignatureTail {
    let layout: ImageLayout
    let runs: SignatureRuns
    let digest: Digest256

    /// Reads the file once, in pieces of 1 MiB, hashing all and keeping the last two sections.
    init(reading file: any OpenFile, length: Int, job: Identifier) throws(ImageError) {
        do throws(FormatError) {
            var hasher = SHA256Hasher()
            let head = try Self.read(file, at: 0, count: ObjectHeader.byteCount)
            let header = try ObjectHeader(parsing: head, expecting: .signature)
            guard header.job == job else { throw .badField(field: "job id", offset: 16) }
            let end = length - ObjectTrailer.byteCount
            hasher.update(head)
            var offset = ObjectHeader.byteCount
            var kept: [String: [UInt8]] = [:]
            var fingerprintBytes = 0
            while offset < end {
                let head = try Self.read(file, at: offset, count: Section.headerBytes)
                var reader = ByteReader(head)
                let (tag, flags, count) = try Section.parseHeader(&reader)
                guard count <= end - offset - Section.headerBytes else {
                    throw .truncated(offset: offset, needed: count, available: end - offset)
                }
                guard ["FPRT", "RUNS", "EXTN"].contains(tag) || !flags.contains(.mandatory) else {
                    throw .unknownMandatorySection(tag: tag)
                }
                let content = try Self.read(file, at: offset + Section.headerBytes, count: count)
                hasher.update(head)
                hasher.update(content)
                if tag == "FPRT" {
                    // Fingerprints are found by their number, so their sections come first and are full.
                    guard
                        offset == Signature.sectionStart(fingerprintBytes / Signature.sectionBytes),
                        fingerprintBytes % Signature.sectionBytes == 0, count <= Signature.sectionBytes
                    else { throw .badField(field: "fingerprints", offset: offset) }
                    fingerprintBytes += count
                } else {
                    kept[tag] = content
                }
                offset += Section.headerBytes + count
            }
            let trailerBytes = try Self.read(file, at: end, count: ObjectTrailer.byteCount)
            hasher.update(Array(trailerBytes[..<ObjectTrailer.headBytes]))
            let trailer = try ObjectTrailer(parsing: trailerBytes)
            guard trailer.length == length, hasher.finish() == trailer.digest else {
                throw .digestMismatch(of: "signature")
            }
            guard let runBytes = kept["RUNS"] else { throw .missingSection(tag: "RUNS") }
            guard let extentBytes = kept["EXTN"] else { throw .missingSection(tag: "EXTN") }
            var runReader = ByteReader(runBytes)
            runs = try SignatureRuns(parsing: &runReader)
            var extentReader = ByteReader(extentBytes)
            layout = try ImageLayout(parsing: &extentReader)
            digest = try extentReader.digest()
            guard runs.blockCount == layout.blockCount,
                runs.dataCount * Fingerprint.byteCount == fingerprintBytes
            else { throw .badField(field: "runs", offset: 0) }
        } catch { throw .format(error, path: file.path) }
    }

    private static func read(_ file: any OpenFile, at offset: Int, count: Int) throws(FormatError) -> [UInt8]
    {
        guard offset >= 0, let bytes = try? file.bytes(at: offset, count: count) else {
            throw .truncated(offset: max(0, offset), needed: count, available: 0)
        }
        return bytes
    }
}
