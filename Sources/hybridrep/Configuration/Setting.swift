/// Where the value of a setting came from, strongest last.
enum Origin: Equatable, Sendable {
    case builtIn
    case file(String, line: Int, column: Int)
    /// Name of the variable.
    case environment(String)
    /// Name of the option, with its dashes.
    case commandLine(String)

    /// As messages name it: `/etc/hybridrep/hybridrep.yaml:3:12`, `HYBRIDREP_LIMIT_RATE`, `--limit-rate`.
    var place: String {
        switch self {
        case .builtIn: "default"
        case .file(let path, let line, let column): "\(path):\(line):\(column)"
        case .environment(let name), .commandLine(let name): name
        }
    }

    /// Word for `--json`.
    var kind: String {
        switch self {
        case .builtIn: "default"
        case .file: "file"
        case .environment: "environment"
        case .commandLine: "command_line"
        }
    }
}

/// An effective value and where it came from.
struct Setting<Value: ConfigurationValue>: Sendable {
    let value: Value
    let origin: Origin

    /// The setting as `config show` lists it.
    func shown(as key: String) -> ShownSetting {
        ShownSetting(key: key, text: value.shownText, json: value.shownJSON, origin: origin)
    }
}

/// One line of `config show`.
struct ShownSetting: Sendable {
    /// Dotted path: `jobs.mdb01.spool.keep`.
    let key: String
    let text: String
    let json: JSONValue
    let origin: Origin
}

/// A type that a setting can have.
protocol ConfigurationValue: Sendable {
    /// As the configuration file would have it.
    var shownText: String { get }
    /// For programs: bytes, seconds and bytes a second as integers.
    var shownJSON: JSONValue { get }
}
