extension EseutilReport {
    /// The header of a flush map.
    package static func flushMap(_ header: FlushMapHeader) -> String {
        "Fields:\n"
            + aligned(
                [
                    Line("File Type", "Flush Map"),
                    Line("Format ulVersion", word(header.version)),
                    Line("Clean", yesNo(header.isClean)),
                    Line("DB Flush Signature", "\(header.databaseSignature)"),
                    Line("Map Signature", "\(header.mapSignature)"),
                ], width: 18)
    }

    /// The pages of a flush map, in the words of `/k`.
    package static func flushMapPages(seen: Int, blank: Int, bad: [Int]) -> String {
        bad.prefix(PageTally.defaultListed).map { "ERROR: page \($0) of the flush map: checksum failed\n" }
            .joined()
            + (bad.isEmpty ? "" : "\n")
            + "\(seen) pages seen\n\(bad.count) bad checksums\n\(blank) uninitialized pages\n"
    }

    /// Describes the content of a patch file.
    package static func patch(_ patch: PatchFile) -> String {
        switch patch {
        case .empty: "An empty patch file: no pages were kept apart. A restore looks for it.\n"
        case .pages: "A patch file with pages, for the engine that made it.\n"
        case .trailer(let trailer):
            "A patch file with the trailer of a streaming backup.\n\nPatch Current Full Backup:\n"
                + aligned(
                    [
                        Line("Log Gen", range(trailer.backup.lowGeneration, trailer.backup.highGeneration)),
                        Line("Mark", "\(trailer.backup.mark)"), Line("Mark", "\(trailer.backup.time)"),
                        Line("DB Signature", "\(trailer.signature)"),
                        Line("Log Signature", "\(trailer.logSignature)"),
                    ], width: 15)
        }
    }
}
