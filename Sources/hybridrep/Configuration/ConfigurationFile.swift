internal import Platform

/// Finds and reads the configuration file.
struct ConfigurationFile {
    /// Far above any real one; Yams holds a file in memory several times over.
    static let maximumBytes = 1 << 20
    static let systemPath = "/etc/hybridrep/hybridrep.yaml"

    let files: any FileSystem
    let environment: HostEnvironment

    /// Reads the file that the search finds.
    ///
    /// - Parameter option: The path given by `--config`.
    func load(option: String?, overrides: [Overridable: String]) throws(ConfigurationError) -> Configuration {
        let path = try locate(option: option)
        let reader = YAMLReader(
            file: path, overrides: Overrides(commandLine: overrides, environment: environment),
            home: environment.value("HOME"))
        return try Configuration(parsing: try text(of: path), with: reader)
    }

    /// `--config`, else `HYBRIDREP_CONFIG`, else the first of the usual places that has a file.
    func locate(option: String?) throws(ConfigurationError) -> String {
        if let named = option ?? environment.value("HYBRIDREP_CONFIG") { return named }
        let personal =
            environment.value("XDG_CONFIG_HOME") ?? environment.value("HOME").map { $0 + "/.config" }
        let places = [personal.map { $0 + "/hybridrep/hybridrep.yaml" }, Self.systemPath].compactMap { $0 }
        for place in places where try isThere(place) { return place }
        throw ConfigurationError(
            "", "no configuration file, neither " + places.joined(separator: " nor "),
            hint: "hybridrep config example > \(Self.systemPath)")
    }

    private func isThere(_ path: String) throws(ConfigurationError) -> Bool { try status(path) != nil }

    private func status(_ path: String) throws(ConfigurationError) -> FileStatus? {
        do throws(SystemError) { return try files.status(path) } catch {
            throw ConfigurationError("", error.description)
        }
    }

    /// The file's text, once it is known that nobody else can have written it.
    private func text(of path: String) throws(ConfigurationError) -> String {
        // Looked at before it is opened: opening a named pipe would wait for its writer.
        guard let status = try status(path) else {
            throw ConfigurationError(path, "no such file", hint: "hybridrep config example > \(path)")
        }
        guard status.kind == .regular else { throw ConfigurationError(path, "not a regular file") }
        let bytes: [UInt8]
        let opened: FileStatus
        do throws(SystemError) {
            let file = try files.open(path, .read)
            opened = try file.status()
            guard opened.length <= Self.maximumBytes else { throw SystemError.tooLarge(path) }
            bytes = try file.bytes(at: 0, count: opened.length)
        } catch {
            throw ConfigurationError("", error.description)
        }
        guard opened.mode & 0o022 == 0 else {
            let mode = String(opened.mode, radix: 8)
            throw ConfigurationError(
                path, "group or others may write it (mode \(mode)), and it names commands to run",
                hint: "chmod go-w \(ShellQuote.posix(path))")
        }
        guard [HostIdentity.rootID, HostIdentity.userID].contains(opened.owner) else {
            let owner = HostIdentity.userName(opened.owner) ?? String(opened.owner)
            throw ConfigurationError(
                path, "belongs to \(owner), neither root nor the current user, and it names commands to run",
                hint: HostIdentity.isRoot
                    ? HostIdentity.commandLine(as: opened.owner)
                    : "chown \(HostIdentity.userID) \(ShellQuote.posix(path))")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(path, "not UTF-8 text")
        }
        // A byte order mark, which some editors put at the start and Yams takes for content.
        return text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    }
}
