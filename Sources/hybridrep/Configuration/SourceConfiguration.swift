/// Where a job's bytes come from.
struct SourceConfiguration: Sendable {
    static let keys = [
        "ese", "logs", "file", "command", "stdin", "leave-out", "min-size", "replaced-by-rename",
    ]

    enum Kind: Sendable {
        /// A set of ESE database files and the folder of its logs, if that is another one.
        case ese(Setting<String>, logs: Setting<String?>)
        /// A file that another backup program has written.
        case file(Setting<String>, replacedByRename: Setting<Bool>)
        /// A program that writes the stream to its standard output.
        case command(Setting<ProgramLine>)
        /// The stream on standard input.
        case standardInput(Origin)
    }

    let kind: Kind
    /// Files and subfolders that a set may lack.
    let leaveOut: Setting<[String]>
    /// Fewest bytes that pass for a whole stream.
    let minimumSize: Setting<ByteSize?>

    init(_ value: YAMLValue) throws(ConfigurationError) {
        let mapping = try value.mapping(keys: Self.keys)
        let kinds = ["ese", "file", "command", "stdin"]
        let given = mapping.entries.filter { kinds.contains($0.name.text) }
        guard let first = given.first else {
            throw value.error("one of ese, file, command or stdin is needed")
        }
        guard given.count == 1 else {
            let second = given[1].name
            throw second.error(
                "a source is ese, file, command or stdin, and \(first.name.text) is given already")
        }
        kind = try Self.kind(first, in: mapping)
        let word = first.name.text
        if word != "ese" {
            try mapping.refuse(["logs", "leave-out"], because: "goes with ese, not with \(word)")
        }
        if word == "ese" {
            try mapping.refuse(["min-size"], because: "goes with a file or stream, not with ese")
        }
        if word != "file" {
            try mapping.refuse(["replaced-by-rename"], because: "goes with file, not with \(word)")
        }
        leaveOut = try Self.names(mapping["leave-out"])
        minimumSize = try mapping.setting("min-size", default: nil) { scalar throws(ConfigurationError) in
            try scalar.size()
        }
    }

    func settings(at path: String) -> [ShownSetting] {
        var result: [ShownSetting]
        switch kind {
        case .ese(let folder, let logs):
            return [
                folder.shown(as: "\(path).ese"), logs.shown(as: "\(path).logs"),
                leaveOut.shown(as: "\(path).leave-out"),
            ]
        case .file(let file, let replacedByRename):
            result = [
                file.shown(as: "\(path).file"), replacedByRename.shown(as: "\(path).replaced-by-rename"),
            ]
        case .command(let line): result = [line.shown(as: "\(path).command")]
        case .standardInput(let origin):
            result = [Setting(value: true, origin: origin).shown(as: "\(path).stdin")]
        }
        result.append(minimumSize.shown(as: "\(path).min-size"))
        return result
    }

    /// Names of files; they may have any character but are not empty.
    private static func names(_ value: YAMLValue?) throws(ConfigurationError) -> Setting<[String]> {
        guard let value else { return Setting(value: [], origin: .builtIn) }
        var names: [String] = []
        for item in try value.list() {
            let scalar = try item.scalar()
            guard !scalar.text.isEmpty else { throw scalar.wrong("the name of a file") }
            guard !scalar.text.hasPrefix("/") else {
                throw scalar.error("names are relative to the folder of the source")
            }
            names.append(scalar.text)
        }
        return Setting(value: names, origin: value.origin)
    }

    private static func kind(
        _ entry: YAMLMapping.Entry, in mapping: YAMLMapping
    ) throws(ConfigurationError) -> Kind {
        func path(_ key: String) throws(ConfigurationError) -> Setting<String> {
            try mapping.required(key) { scalar throws(ConfigurationError) in try scalar.path() }
        }
        switch entry.name.text {
        case "ese":
            let logs = try mapping.setting("logs", default: String?.none) {
                scalar throws(ConfigurationError) in
                try scalar.path()
            }
            return .ese(try path("ese"), logs: logs)
        case "file":
            let renamed = try mapping.setting("replaced-by-rename", default: false) {
                scalar throws(ConfigurationError) in try scalar.boolean()
            }
            return .file(try path("file"), replacedByRename: renamed)
        case "command":
            return .command(Setting(value: try ProgramLine(entry.value), origin: entry.value.origin))
        default:
            let scalar = try entry.value.scalar()
            guard try scalar.boolean() else { throw scalar.error("can only be true") }
            return .standardInput(entry.value.origin)
        }
    }
}
