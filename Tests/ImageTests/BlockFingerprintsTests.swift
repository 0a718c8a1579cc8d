import Image
import Platform
import TestSupport
import Testing

@Suite struct BlockFingerprintsTests {
    private static let job = Identifier(high: 1, low: 2)
    private static let fingerprinter = Fingerprinter(secret: [UInt8](repeating: 5, count: 192))

    /// Blocks of zeros and data in runs of any length, the last block short.
    private static func image(_ generator: inout SeededGenerator, blocks: Int, blockSize: Int) -> [UInt8] {
        var image: [UInt8] = []
        while image.count < blocks * blockSize {
            let run = Int.random(in: 1...9, using: &generator) * blockSize
            image +=
                Bool.random(using: &generator) ? generator.bytes(run) : [UInt8](repeating: 0, count: run)
        }
        return image + (Bool.random(using: &generator) ? generator.bytes(3) : [0, 0, 0])
    }

    private func sign(
        _ files: MemoryFileSystem, _ name: String, _ body: (inout BlockScanner) throws -> Void
    ) throws -> Signature {
        let writer = try SignatureWriter(creating: name, job: Self.job, in: files)
        var scanner = BlockScanner(Self.fingerprinter, into: writer)
        try body(&scanner)
        return try scanner.finish()
    }

    @Test("fingerprints made elsewhere make the same signature", arguments: 0..<8)
    func elsewhere(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let image = Self.image(&generator, blocks: 700, blockSize: 16)
        let files = MemoryFileSystem()
        let key = Extent.Key(.data, "db")
        var digest: Digest256?
        let one = try sign(files, "/one") { scanner in
            try scanner.beginExtent(key, blockSize: 16, digestLength: image.count)
            var start = 0
            while start < image.count {
                let end = min(start + Int.random(in: 1...100, using: &generator), image.count)
                try scanner.append(image.span.extracting(start..<end))
                start = end
            }
            digest = try scanner.endDigest()
        }
        let other = try sign(files, "/other") { scanner in
            try scanner.beginExtent(key, blockSize: 16, digestLength: image.count)
            var prints = BlockFingerprints()
            for start in stride(from: 0, to: image.count, by: 128) {
                let piece = image.span.extracting(start..<min(start + 128, image.count))
                prints.scan(piece, blockSize: 16, Self.fingerprinter)
                #expect(prints.byteCount == piece.count)
                try scanner.append(prints)
            }
            #expect(try scanner.endDigest() == digest)
        }
        #expect(one.digest == other.digest)
        #expect(files.contents["/one"] == files.contents["/other"])
    }

    @Test func aHoleMakesTheSameSignatureAsItsZeros() throws {
        let files = MemoryFileSystem()
        let length = 16 * 70_000 + 5
        for (name, zeros) in [("/bytes", false), ("/hole", true)] {
            _ = try sign(files, name) { scanner in
                try scanner.beginExtent(.init(.data, ""), blockSize: 16, digestLength: length)
                if zeros {
                    var prints = BlockFingerprints()
                    prints.scan(zeros: length, blockSize: 16)
                    #expect(prints.runs.count == 1)
                    #expect(prints.runs.first?.count == 70_001)
                    try scanner.append(prints)
                } else {
                    try scanner.append([UInt8](repeating: 0, count: length).span)
                }
            }
        }
        #expect(files.contents["/bytes"] == files.contents["/hole"])
    }

    // Goal of this test: what a hole costs is the 16 bytes a block that the digest's definition asks for, no more.
    @Test func sixteenTebibytesOfNothingAreOneRun() throws {
        let files = MemoryFileSystem()
        let signature = try sign(files, "/huge") { scanner in
            try scanner.beginExtent(.init(.data, ""), blockSize: Extent.largestBlockSize)
            var prints = BlockFingerprints()
            prints.scan(zeros: 16 << 40, blockSize: Extent.largestBlockSize)
            try scanner.append(prints)
            prints.scan(
                [UInt8](repeating: 1, count: 100).span, blockSize: Extent.largestBlockSize, Self.fingerprinter
            )
            try scanner.append(prints)
        }
        #expect(signature.layout.length == (16 << 40) + 100)
        #expect(signature.runs.runs.map(\.count) == [16 << 20, 1])
        #expect(files.contents["/huge"].map { $0.count < 400 } == true)
        #expect(try signature.blocks(from: 5)?.count == (16 << 20) - 5)
    }

    @Test("blocks come out as they went in, in any order", arguments: 0..<4)
    func anyOrder(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 100 + seed)
        let image = Self.image(&generator, blocks: 3000, blockSize: 16)
        let signature = try sign(MemoryFileSystem(), "/a") { scanner in
            try scanner.beginExtent(.init(.data, ""), blockSize: 16)
            try scanner.append(image.span)
        }
        let blocks = signature.layout.blockCount
        let expected = (0..<blocks).map { number -> BlockContent in
            let block = image.span.extracting(signature.layout.extents[0].range(ofBlock: number))
            return ZeroScan.isZero(block) ? .zero : .data(Self.fingerprinter.fingerprint(block))
        }
        for _ in 0..<500 {
            let number = Int.random(in: 0..<blocks, using: &generator)
            #expect(try signature.content(ofBlock: number) == expected[number])
            let limit = Int.random(in: 1...20, using: &generator)
            let found = try #require(try signature.blocks(from: number, limit: limit))
            #expect((1...limit).contains(found.count))
            let contents =
                found.fingerprints.map { $0.map { BlockContent.data($0) } }
                ?? [BlockContent](repeating: .zero, count: found.count)
            #expect(contents == Array(expected[number..<number + found.count]))
        }
        #expect(try signature.blocks(from: blocks) == nil)
    }

    @Test("the next difference is the one that a plain loop finds", arguments: 0..<20)
    func differences(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 200 + seed)
        let before = Self.image(&generator, blocks: 400, blockSize: 16)
        var after = before
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            let start = Int.random(in: 0..<after.count, using: &generator)
            for index in start..<min(start + Int.random(in: 1...90, using: &generator), after.count) {
                after[index] = Bool.random(using: &generator) ? 0 : after[index] &+ 1
            }
        }
        switch seed % 4 {
        case 0: after += generator.bytes(Int.random(in: 1...60, using: &generator))
        case 1: after.removeLast(Int.random(in: 1...60, using: &generator))
        default: break
        }
        let files = MemoryFileSystem()
        let (old, new) = (
            try sign(files, "/old") {
                try $0.beginExtent(.init(.structure, ""), blockSize: 16)
                try $0.append([UInt8](repeating: 3, count: 33).span)
                try $0.beginExtent(.init(.data, ""), blockSize: 16)
                try $0.append(before.span)
            },
            try sign(files, "/new") {
                try $0.beginExtent(.init(.data, ""), blockSize: 16)
                try $0.append(after.span)
            }
        )
        var expected: [Int] = []
        for number in 0..<new.layout.blockCount {
            let range = new.layout.extents[0].range(ofBlock: number)
            let isSame =
                number < old.layout.extents[1].blockCount
                && old.layout.extents[1].range(ofBlock: number).count == range.count
                && after[range] == before[range]
            if !isSame { expected.append(number) }
        }
        let comparison = SignatureComparison(new, old)
        var found: [Int] = []
        var index = 0
        while let next = try comparison.nextDifference(in: 0, from: index, since: 1) {
            #expect(next.lowerBound >= index && !next.isEmpty)
            found += next
            index = next.upperBound
        }
        #expect(found == expected)
    }
}
