import BackupStream
import Image
import Platform
import TestSupport
import Testing

/// Images, manifests and signatures with numbers that no writer makes.
@Suite struct HostileImageTests {
    @Test("a time before all time is no time", arguments: ["-9223372036854775808", "9223372036854775807"])
    func paxTime(text: String) throws {
        let record = "mtime=\(text)\n"
        let line = "\(record.utf8.count + 3) \(record)"
        let member = try #require(try TarFixture.reader(paxHeader: Array(line.utf8)).members.first)
        #expect(member.modified == Timestamp(seconds: 0))
    }

    @Test("a manifest with impossible numbers is refused", arguments: [Int.max, -1])
    func manifestNumbers(length: Int) {
        var manifest = ImageManifest(
            source: .init(kind: "file", label: "/f", hostName: "h"), sourceTime: "", toolVersion: "")
        for name in ["a", "b"] {
            manifest.members.append(
                .init(name: name, kind: .raw, length: length, modified: nil, blockSize: 8192, digest: ""))
        }
        let bytes = manifest.json
        #expect(throws: FormatError.badField(field: "manifest", offset: 0)) {
            try ImageManifest(parsing: bytes)
        }
    }

    @Test func aSignatureWithFewerFingerprintsThanBlocksIsRefused() throws {
        let files = MemoryFileSystem()
        let writer = try SignatureWriter(creating: "/s", job: .zero, in: files)
        let fingerprinter = Fingerprinter(secret: [UInt8](repeating: 1, count: Fingerprinter.secretBytes))
        var scanner = BlockScanner(fingerprinter, into: writer)
        try scanner.beginExtent(.init(.data, ""), blockSize: 64)
        try scanner.append([UInt8](repeating: 1, count: 256).span)
        _ = try scanner.finish()
        var bytes = try #require(files.contents["/s"])
        // The last of four fingerprints goes, and all lengths and digests are made right again.
        bytes.removeSubrange(48 + 16 + 48..<48 + 16 + 64)
        bytes.put(UInt64(48), at: 48 + 8)
        let end = bytes.count - 64
        bytes.put(UInt64(bytes.count), at: end + 16)
        bytes.replaceSubrange(
            (end + 32)..., with: SHA256Hasher.hash(bytes.span.extracting(0..<end + 32)).bytes)
        try files.remove("/s")
        try files.open("/s", .create).write(bytes.span, at: 0)
        let error = #expect(throws: ImageError.self) { try Signature(opening: "/s", job: .zero, in: files) }
        #expect(error == .format(.badField(field: "runs", offset: 0), path: "/s"))
    }
}

/// A tar of one empty file with a pax header of the given content.
enum TarFixture {
    static func reader(paxHeader: [UInt8]) throws -> TarReader {
        var tar = header(kind: 0x78, length: paxHeader.count) + paxHeader
        tar += [UInt8](repeating: 0, count: (512 - tar.count % 512) % 512)
        tar += header(kind: 0x30, length: 0) + [UInt8](repeating: 0, count: 1024)
        return try TarReader(MemoryFile(tar))
    }

    private static func header(kind: UInt8, length: Int) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func octal(_ value: Int, _ width: Int) -> String {
            let digits = String(value, radix: 8)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        block.put("name", at: 0)
        block.put(octal(length, 11), at: 124)
        block.put(octal(0, 11), at: 136)
        block[156] = kind
        block.put("        ", at: 148)
        block.put(octal(block.reduce(0) { $0 + Int($1) }, 6), at: 148)
        block[154] = 0
        return block
    }
}
