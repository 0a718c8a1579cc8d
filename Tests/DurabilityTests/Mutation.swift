/// One step of the commit protocol left out, done too early or too late, or done wrongly.
///
/// Names are told by a folder in the path that they get: `/packs/`, or by its end: `/STORE`.
enum Mutation: Hashable, Sendable {
    /// Content is not synced.
    case noSync(of: String)
    /// Content is synced when it has its name already.
    case lateSync(of: String)
    /// Content is synced before the last write.
    case earlySync(of: String)
    /// The folder is not synced.
    case noFolderSync(of: String)
    /// The folder above is synced in its stead.
    case parentSync(of: String)
    /// The name is given after the point's.
    case lateName(of: String)
    /// What has the name is replaced.
    case replaces(String)
    case noLock
    /// A sync that failed is tried once more.
    case syncsAgain
    case ignoresSyncFailure
    case ignoresFolderSyncFailure
    case ignoresWriteFailure

    /// Whether a mutation of `part` means a path: all in a folder, or what the path ends in.
    static func means(_ part: String, _ path: String) -> Bool {
        part.hasSuffix("/") ? path.contains(part) : path.hasSuffix(part)
    }
}
