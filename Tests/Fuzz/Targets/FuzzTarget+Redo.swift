internal import BackupStream
internal import Platform
internal import TestSupport

extension FuzzTarget {
    private static let old = "20261122T020004Z-0a1b2c3d"
    private static let new = "20261123T020004Z-1a2b3c4d"

    /// A journal with two records, as docs/format/image.md, section 5, has it.
    static var redo: [UInt8] {
        var writer = ByteWriter()
        writer.append(Array("HRREDO1\n\(old)".utf8))
        writer.uint64(60_000)
        for (place, count) in [(8192, 100), (50_000, 9_000), (0, 0)] {
            let bytes = [UInt8](repeating: 7, count: count)
            writer.uint64(place)
            writer.uint64(count)
            writer.uint64(CheckValue.of(bytes.span))
            writer.append(bytes)
        }
        return writer.bytes
    }

    /// A spool whose last run died while it brought its base up to date.
    static func redo(_ journal: [UInt8]) {
        // A file in memory cannot be made as long as a hostile journal may say.
        guard journal.count >= 41, journal.span.uint64(at: 33) <= 1 << 20 else { return }
        let files = MemoryFileSystem()
        guard let name = Name("mdb01") else { return }
        let spool = Spool("/spool", job: name, in: files)
        // Makes its folder.
        withExtendedLifetime(try? spool.acquire()) {}
        put([UInt8](repeating: 1, count: 70_000), "\(old).img", spool, files)
        put([], "\(old).sig", spool, files)
        put(journal, "\(new).redo", spool, files)
        _ = try? spool.acquire()
        let names = (try? files.list(spool.folder)) ?? []
        precondition(!names.contains { $0.hasSuffix(".redo") }, "a journal is done with")
    }

    private static func put(_ bytes: [UInt8], _ name: String, _ spool: Spool, _ files: MemoryFileSystem) {
        try? files.open(spool.folder + "/" + name, .create).write(bytes.span, at: 0)
    }
}
