import Image
import Platform
import TestSupport
import Testing

@Suite struct SignatureTests {
    private static let job = Identifier(high: 1, low: 2)
    private static let fingerprinter = Fingerprinter(secret: [UInt8](repeating: 5, count: 192))

    /// A signature of `blocks` blocks of 16 bytes, every fifth of them zero, and a short one.
    private func make(_ folder: TemporaryFolder, blocks: Int) throws -> (path: String, image: [UInt8]) {
        let path = folder.path + "/a.sig"
        let writer = try SignatureWriter(creating: path, job: Self.job, in: HostFileSystem())
        var scanner = BlockScanner(Self.fingerprinter, into: writer)
        var image: [UInt8] = []
        try scanner.beginExtent(.init(.structure, "db"), blockSize: 512)
        image += [UInt8](repeating: 9, count: 700)
        try scanner.append(image.span)
        try scanner.beginExtent(.init(.data, "db"), blockSize: 16)
        var data: [UInt8] = []
        for block in 0..<blocks {
            data += (0..<16).map { block % 5 == 0 ? 0 : UInt8(truncatingIfNeeded: block &* 31 + $0) }
        }
        data += [1, 2, 3]
        try scanner.append(data.span)
        _ = try scanner.finish()
        return (path, image + data)
    }

    private func open(_ path: String) throws(ImageError) -> Signature {
        try Signature(opening: path, job: Self.job, in: HostFileSystem())
    }

    @Test(arguments: [0, 1, 100, 65_536 * 5 / 4 + 3])
    func aSignatureKnowsEveryBlock(blocks: Int) throws {
        let folder = try TemporaryFolder()
        let (path, image) = try make(folder, blocks: blocks)
        let signature = try open(path)
        #expect(signature.layout.length == image.count)
        #expect(signature.layout.blockCount == 2 + blocks + 1)
        var digest = ImageDigest(signature.layout)
        var number = 0
        for extent in signature.layout.extents {
            for block in 0..<extent.blockCount {
                let bytes = image.span.extracting(extent.range(ofBlock: block))
                let print = Self.fingerprinter.fingerprint(bytes)
                digest.add(print)
                if number % 997 == 0 || number > blocks - 3 {
                    let expected: BlockContent = ZeroScan.isZero(bytes) ? .zero : .data(print)
                    #expect(try signature.content(ofBlock: number) == expected)
                }
                number += 1
            }
        }
        #expect(digest.finish() == signature.digest)
    }

    /// docs/format/signature.md, section 3: the image digest is a SHA-256 that anyone can compute.
    @Test func theImageDigestIsOverTagLengthExtentsAndFingerprints() throws {
        let layout = try ImageLayout([
            Extent(key: .init(.data, "x"), offset: 0, length: 5, blockSize: 4)
        ])
        var digest = ImageDigest(layout)
        digest.add(Fingerprint(low: 1, high: 2))
        digest.add(Fingerprint(low: 3, high: 4))
        var writer = ByteWriter()
        writer.append(Array("hybridrep image 1".utf8))
        for number in [5, 1, 0, 5, 4, 1, 2, 3, 4] { writer.uint64(number) }
        #expect(digest.finish() == SHA256Hasher.hash(writer.bytes.span))
    }

    @Test func everyTruncationAndEveryChangedByteIsRefused() throws {
        let folder = try TemporaryFolder()
        let (path, _) = try make(folder, blocks: 20)
        let files = HostFileSystem()
        let good = try files.contents(path, limit: 1 << 20)
        let file = try files.open(path, .update)
        for length in 0..<good.count {
            try file.truncate(to: 0)
            try file.write(good.span.extracting(0..<length), at: 0)
            #expect(throws: ImageError.self, "cut to \(length)") { try open(path) }
        }
        for at in good.indices {
            var changed = good
            changed[at] ^= 0x41
            try file.write(changed.span, at: 0)
            #expect(throws: ImageError.self, "byte \(at)") { try open(path) }
        }
        try file.write(good.span, at: 0)
        #expect(throws: Never.self) { try open(path) }
    }

    @Test func fingerprintsThatAreNotWhereTheyAreLookedForAreRefused() throws {
        let folder = try TemporaryFolder()
        let (path, _) = try make(folder, blocks: 3)
        let good = try HostFileSystem().contents(path, limit: 1 << 20)
        let object = try ParsedObject(
            parsing: good, expecting: .signature, known: ["FPRT", "RUNS", "EXTN"])
        let orders: [[String]] = [
            ["RUNS", "FPRT", "EXTN"], ["RUNS", "EXTN"], ["FPRT", "FPRT", "RUNS", "EXTN"],
        ]
        for (number, order) in orders.enumerated() {
            var builder = ObjectBuilder(object.header)
            for tag in order {
                let section = try #require(object.sections.first { $0.tag == tag })
                builder.section(tag, section.flags, section.content)
            }
            let other = folder.path + "/\(number)"
            try HostFileSystem().open(other, .create).write(builder.finish().span, at: 0)
            #expect(throws: ImageError.self, "\(order)") { try open(other) }
        }
    }
}
