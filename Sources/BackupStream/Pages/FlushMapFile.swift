internal import ESE
internal import Platform

/// The flush map next to a database: `NAME.jfm` for `NAME.edb`.
///
/// No part of the image, for the engine creates a missing one again; but while pages are checked it tells lost writes.
enum FlushMapFile {
    enum Finding {
        /// There is none, or it says nothing of this database in its present state.
        case none
        case usable(FlushMap)
        /// It is this database's and cannot be believed: worth a note, no fault of the database.
        case damaged(String)

        var map: FlushMap? { if case .usable(let map) = self { map } else { nil } }

        var use: FlushMapUse {
            switch self {
            case .none: .none
            case .usable: .used
            case .damaged(let problem): .damaged(problem)
            }
        }
    }

    private static let ending = "jfm"

    /// Looks for the map of a database that was shut down cleanly; all others are not asked for.
    static func find(beside path: String, _ header: DatabaseHeader, in files: any FileSystem) -> Finding {
        guard header.state == .cleanShutdown, !header.isBackupCopy,
            !header.headerFlushSignature.isUnset || !header.flushMapSignature.isUnset
        else { return .none }
        do throws(SystemError) {
            guard let found = try name(beside: path, in: files) else { return .none }
            let length = try files.status(path)?.length ?? 0
            return try read(files.open(found, .read), header, pages: length / header.pageSize)
        } catch { return .damaged("\(error)") }
    }

    /// The map's path; its name may be in any case, as Windows' names are.
    private static func name(beside path: String, in files: any FileSystem) throws(SystemError) -> String? {
        let folder = PathText.folder(of: path)
        var stem = PathText.name(of: path)
        if let dot = stem.lastIndex(of: "."), dot != stem.startIndex { stem = String(stem[..<dot]) }
        let wanted = "\(stem).\(ending)".lowercased()
        let found = try files.list(folder).first { $0.lowercased() == wanted }
        guard let found = found.map({ PathText.path(of: $0, in: folder) }),
            try files.status(found)?.kind == .regular
        else { return nil }
        return found
    }

    /// - Parameter pages: Those of the database; what the map says of others is not read.
    private static func read(
        _ file: any OpenFile, _ header: DatabaseHeader, pages: Int
    ) throws(SystemError) -> Finding {
        let length = try file.status().length
        let page = FlushMapHeader.byteCount
        let head = try file.bytes(at: 0, count: min(length, page))
        do throws(FlushMapError) {
            guard try FlushMapHeader(parsing: head.span).isUsable(with: header) else { return .none }
        } catch { return .damaged("\(error)") }
        var map = FlushMap()
        let wanted = min(length, (pages / FlushMap.statesPerPage + 2) * page)
        for offset in stride(from: page, to: wanted, by: page) {
            if map.isFull { break }
            let bytes = try file.bytes(at: offset, count: min(page, length - offset))
            do throws(FlushMapError) { try map.append(bytes.span) } catch { return .damaged("\(error)") }
        }
        return .usable(map)
    }
}
