internal import Platform

/// Whether others may change what is in a folder that this host relies on.
struct FolderTrust {
    private static let othersMayWrite: UInt32 = 0o002
    private static let groupMayWrite: UInt32 = 0o020
    /// Whoever may write into such a folder changes nothing there that is somebody else's.
    private static let sticky: UInt32 = 0o1000

    let files: any FileSystem
    let path: String
    /// How messages call it.
    let name: String

    /// Why it is not to be used; nil for one that is not there yet.
    ///
    /// - Parameters:
    ///   - isShared: It may be one where many make places of their own, as in `/tmp`.
    ///   - mayBeForeign: It may belong to another user.
    func obstacle(isShared: Bool = false, mayBeForeign: Bool = false) throws(SystemError)
        -> ConfigurationError?
    {
        guard let status = try files.status(path), status.kind == .folder else { return nil }
        if status.mode & Self.othersMayWrite != 0, !(isShared && status.mode & Self.sticky != 0) {
            let mode = String(status.mode & 0o7777, radix: 8)
            return ConfigurationError(
                "", "\(name) \(path): every user of this host may change its content (mode \(mode))",
                hint: "chmod o-w \(ShellQuote.posix(path))")
        }
        if isOpenToGroup(status), !(isShared && status.mode & Self.sticky != 0) {
            let mode = String(status.mode & 0o7777, radix: 8)
            return ConfigurationError(
                "", "\(name) \(path): group \(status.group) may change its content (mode \(mode))",
                hint: "chmod g-w \(ShellQuote.posix(path))")
        }
        let own = [HostIdentity.rootID, HostIdentity.userID]
        guard mayBeForeign || own.contains(status.owner) else {
            let owner = HostIdentity.userName(status.owner) ?? String(status.owner)
            return ConfigurationError(
                "", "\(name) \(path) belongs to \(owner), who could change its content",
                hint: HostIdentity.isRoot
                    ? HostIdentity.commandLine(as: status.owner)
                    : "chown -R \(HostIdentity.userID) \(ShellQuote.posix(path))")
        }
        return nil
    }

    /// Whether others than the owner may write by the folder's group.
    ///
    /// A user's private group has the user's own number, and nobody else in it; that of root may have members.
    private func isOpenToGroup(_ status: FileStatus) -> Bool {
        status.mode & Self.groupMayWrite != 0
            && (status.group != status.owner || status.owner == HostIdentity.rootID)
    }

    /// Whether it is one where others make places of their own.
    func isShared() throws(SystemError) -> Bool {
        guard let status = try files.status(path) else { return false }
        return status.mode & Self.othersMayWrite != 0 || isOpenToGroup(status)
    }
}

extension CommandContext {
    /// Uses a folder from here on: refuses one that others may change, and follows no link below it.
    func trust(
        _ folder: String, _ name: String, isShared: Bool = false, mayBeForeign: Bool = false
    ) throws(ConfigurationError) {
        let trust = FolderTrust(files: files, path: folder, name: name)
        let obstacle: ConfigurationError?
        do throws(SystemError) {
            obstacle = try trust.obstacle(isShared: isShared, mayBeForeign: mayBeForeign)
        } catch {
            // Whatever is done there will say so.
            obstacle = nil
        }
        if let obstacle { throw obstacle }
        confined.add(folder)
    }
}
