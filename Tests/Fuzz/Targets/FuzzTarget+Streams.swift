internal import BackupStream
internal import ESE
internal import Image
internal import Platform
internal import TestSupport

extension FuzzTarget {
    static let streams: [FuzzTarget] = [
        FuzzTarget("tar", seeds: { [tar] }) { bytes in
            readTar(bytes)
            readTar(sealedTar(bytes))
        },
        // The records of a pax header in front of a member.
        FuzzTarget(
            "pax",
            seeds: {
                ["19 path=mdb01.edb\n30 mtime=1795312804.000000001\n", "14 size=1024\n", "17 mtime=-1.25\n"]
                    .map { Array($0.utf8) }
            }
        ) { bytes in
            guard bytes.count <= 1 << 20 else { return }
            var pax = header(length: bytes.count, kind: 0x78) + bytes
            pax += [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
            readTar(pax + header(length: 3, kind: 0x30) + [UInt8](repeating: 0, count: 512 * 3))
        },
        FuzzTarget("manifest", seeds: { [manifest.json] }) { bytes in
            guard let manifest = try? ImageManifest(parsing: bytes) else { return }
            let summary = manifest.summary
            _ = manifest.databases.reduce(0) { $0 + $1.pages.failed + $1.pages.seen + $1.pages.blank }
            _ = try? ManifestSummary(parsing: summary.json)
            precondition((try? ImageManifest(parsing: manifest.json)) == manifest, "a manifest reads back")
        },
        FuzzTarget("manifest-summary", seeds: { [manifest.summary.json] }) { bytes in
            _ = (try? ManifestSummary(parsing: bytes))?.json
        },
        FuzzTarget("spool-redo", seeds: { [redo] }, run: redo),
        FuzzTarget("stream-pages", seeds: { streamSeeds }) { bytes in
            var input = FuzzInput(bytes)
            let split = input.number()
            let content = input.rest()
            var check = StreamPageCheck()
            let middle = min(max(0, split), content.count)
            check.append(content.span.extracting(0..<middle))
            check.append(content.span.extracting(middle..<content.count))
            _ = check.finish()
            let extents = [
                Extent(key: .init(.data, "a"), offset: 0, length: middle, blockSize: 2048),
                Extent(key: .init(.data, "b"), offset: middle, length: content.count, blockSize: 4096),
            ]
            guard let layout = try? ImageLayout(extents) else { return }
            var parts = StreamPageCheck(layout: layout)
            parts.append(content.span)
            _ = parts.finish()
        },
        FuzzTarget("signature", seeds: { [try SampleStore.shared.signature] }) { bytes in
            readSignature(bytes)
            readSignature(Reseal.object(bytes, as: .signature))
        },
        FuzzTarget("layout", seeds: { [layoutSeed] }) { bytes in
            var reader = ByteReader(bytes)
            guard let layout = try? ImageLayout(parsing: &reader) else { return }
            var writer = ByteWriter()
            layout.encode(into: &writer)
            var again = ByteReader(writer.bytes)
            precondition((try? ImageLayout(parsing: &again)) == layout, "a layout reads back")
            for extent in layout.extents where extent.blockCount > 0 {
                _ = extent.range(ofBlock: 0)
                _ = extent.range(ofBlock: extent.blockCount - 1)
            }
            _ = ImageDigest(layout).finish()
        },
    ]

    private static func readTar(_ bytes: [UInt8]) {
        guard let reader = try? TarReader(MemoryFile(bytes)) else { return }
        for member in reader.members { precondition(member.range.upperBound <= bytes.count) }
    }

    /// Every 512-byte block that begins a header gets its sum; which do is not known, so those with `ustar`.
    private static func sealedTar(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for start in stride(from: 0, to: bytes.count - 511, by: 512)
        where Array(bytes[start + 257..<start + 262]) == Array("ustar".utf8) {
            sealTar(&result, at: start)
        }
        return result
    }

    private static func sealTar(_ bytes: inout [UInt8], at start: Int) {
        for index in 148..<156 { bytes[start + index] = 0x20 }
        let sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        bytes.put(String(repeating: "0", count: 6 - digits.count) + digits, at: start + 148)
        bytes[start + 154] = 0
    }

    private static func header(length: Int, kind: UInt8) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        block.put("name", at: 0)
        let digits = String(length, radix: 8)
        block.put(String(repeating: "0", count: 11 - digits.count) + digits, at: 124)
        block.put("00000000000", at: 136)
        block[156] = kind
        block.put("ustar", at: 257)
        sealTar(&block, at: 0)
        return block
    }

    private static func readSignature(_ bytes: [UInt8]) {
        let files = MemoryFileSystem()
        guard let file = try? files.open("/s", .create), (try? file.write(bytes.span, at: 0)) != nil,
            let signature = try? Signature(opening: "/s", job: Reseal.job, in: files)
        else { return }
        let count = signature.layout.blockCount
        for block in [0, 1, count / 2, count - 1] where (0..<count).contains(block) {
            _ = try? signature.content(ofBlock: block)
        }
    }

    private static var tar: [UInt8] {
        let member = TarWriter.Member(name: "mdb01.edb", length: 1000, modified: FixedClock().now)
        let long = TarWriter.Member(
            name: String(repeating: "n", count: 120), length: 3, modified: Timestamp(nanoseconds: -1))
        // Our own padding to 64 KiB is left out: it only makes inputs long.
        var image = header(length: 5, kind: 0x30) + [UInt8](repeating: 7, count: 512)
        image += Array(TarWriter.structure(before: member, at: image.count).suffix(512))
        image += [UInt8](repeating: 1, count: 1024)
        let structure = TarWriter.structure(before: long, at: 0)
        _ = structure
        image += header(length: 4, kind: 0x4C) + Array("abc\0".utf8) + [UInt8](repeating: 0, count: 508)
        image += header(length: 0, kind: 0x35)
        return image + TarWriter.end(at: image.count)
    }

    private static var manifest: ImageManifest {
        var manifest = ImageManifest(
            source: .init(kind: "ese", label: "/db", hostName: "h"), sourceTime: "2026-11-22T02:00:04Z",
            toolVersion: "1")
        manifest.members = [
            .init(name: "a.edb", kind: .database, length: 8192, modified: nil, blockSize: 4096, digest: "00"),
            .init(name: "b.log", kind: .log, length: 4096, modified: nil, blockSize: 8192, digest: "00"),
        ]
        let database = ESEDatabase { $0.size = .kib2 }
        var check = StreamPageCheck()
        check.append(database.bytes().span)
        manifest.databases = check.finish().map(\.database)
        manifest.logs = .init()
        manifest.warnings = ["w"]
        manifest.leftOut = [.init(name: "x", reason: "y")]
        return manifest
    }

    private static var streamSeeds: [[UInt8]] {
        [
            [7]
                + ESEDatabase {
                    $0.size = .kib2
                    $0.pages = 4
                    $0.backup = 3...5
                }.bytes()
        ]
    }

    private static var layoutSeed: [UInt8] {
        var writer = ByteWriter()
        let layout = try? ImageLayout([
            Extent(key: .init(.structure, "a"), offset: 0, length: 100, blockSize: 8192),
            Extent(key: .init(.data, "a"), offset: 100, length: 10_000, blockSize: 4096),
        ])
        layout?.encode(into: &writer)
        return writer.bytes
    }
}
