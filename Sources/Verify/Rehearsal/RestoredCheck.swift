internal import BackupStream
internal import ESE
package import Platform
package import Restore

/// Looks at restored files as the engine would: every page of each database, and whether its logs bring it back.
///
/// The files are read from the disk they were restored to, so unpacking and writing are proved as well.
package struct RestoredCheck {
    private static let pieceBytes = 1 << 20
    private let files: any FileSystem
    private let path: String

    /// - Parameter path: The folder of a set, or the file of a raw image.
    package init(_ path: String, in files: any FileSystem) {
        self.path = path
        self.files = files
    }

    /// - Parameters:
    ///   - expected: Names of the databases that the point says it has.
    ///   - progress: Throws `interrupted` to end it.
    /// - Returns: What each database said, those that are missing among them.
    package func run(
        expecting expected: [String],
        _ progress: (_ doneBytes: Int, _ totalBytes: Int) throws(SyncError) -> Void
    ) throws(SyncError) -> [RehearsalEvidence.Database] {
        let members = try members()
        let total = members.reduce(0) { $0 + $1.length }
        var found: [RehearsalEvidence.Database] = []
        var done = 0
        for member in members {
            let file = try open(member)
            var check = StreamPageCheck()
            for offset in stride(from: 0, to: member.length, by: Self.pieceBytes) {
                let piece = try read(file, offset, min(Self.pieceBytes, member.length - offset))
                check.append(piece.span)
                done += piece.count
                try progress(done, total)
            }
            found += check.finish().map { Self.database(member.name, $0) }
        }
        // A raw image has no name, and no logs next to it.
        if members.contains(where: { !$0.name.isEmpty }) { judgeLogs(&found) }
        let missing = Set(expected).subtracting(found.map(\.name))
        return found
            + missing.sorted().map { .init(name: $0, faults: ["it is not among what was restored"]) }
    }

    private struct Member {
        /// Empty for a raw image.
        let name: String
        let path: String
        let length: Int
    }

    /// The databases of a set; a raw image whatever it is.
    private func members() throws(SyncError) -> [Member] {
        var found: [Member] = []
        do throws(SystemError) {
            if let raw = try regular(path, name: "") { return [raw] }
            for name in try files.list(path) {
                guard let member = try regular(PathText.path(of: name, in: path), name: name) else {
                    continue
                }
                let start = try files.start(of: member.path, count: FileKind.prefixBytes)
                if FileKind.sniff(start.span) == .database { found.append(member) }
            }
        } catch { throw .system(error) }
        return found
    }

    private func regular(_ path: String, name: String) throws(SystemError) -> Member? {
        let status = try files.status(path)
        guard let status, status.kind == .regular else { return nil }
        return Member(name: name, path: path, length: status.length)
    }

    private func open(_ member: Member) throws(SyncError) -> any OpenFile {
        do throws(SystemError) { return try files.open(member.path, .read) } catch { throw .system(error) }
    }

    private func read(_ file: any OpenFile, _ offset: Int, _ count: Int) throws(SyncError) -> [UInt8] {
        do throws(SystemError) { return try file.bytes(at: offset, count: count) } catch {
            throw .system(error)
        }
    }

    private static func database(
        _ name: String, _ finding: StreamPageCheck.Finding
    ) -> RehearsalEvidence.Database {
        let pages = finding.database.pages
        return .init(
            name: name, pagesChecked: pages.seen, pagesBad: pages.failed, pagesInUse: pages.inUse,
            pagesBlank: pages.blank,
            faults: [finding.fault].compactMap { $0 })
    }

    private func judgeLogs(_ found: inout [RehearsalEvidence.Database]) {
        let set: SetInspection
        do throws(BackupError) { set = try SetInspection(opening: path, logs: nil, in: files) } catch {
            found.append(.init(name: "", faults: [error.description]))
            return
        }
        for database in set.databases {
            guard let at = found.firstIndex(where: { $0.name == database.name }) else { continue }
            let text = database.verdict.description
            found[at].logVerdict = text
            switch database.verdict.outcome {
            case .clean, .complete: continue
            case .withLoss, .notRecoverable: found[at].faults.append(text)
            }
        }
    }
}
