internal import Verify

/// Where restores of a job are rehearsed, and what is tried on them.
struct RehearsalConfiguration: Sendable {
    static let keys = ["scratch", "exec", "deadline", "within"]
    static let defaultDeadline = TimeSpan(seconds: 3600)

    /// Folder with room for a restored point.
    let scratch: Setting<String?>
    /// What is run on the restored data.
    let exec: Setting<ProgramLine?>
    /// Time within which that command must end.
    let deadline: Setting<TimeSpan>
    /// Time within which a restore is to be rehearsed at each target.
    let within: Setting<TimeSpan?>

    init(_ mapping: YAMLMapping) throws(ConfigurationError) {
        scratch = try mapping.setting("scratch", default: nil) { scalar throws(ConfigurationError) in
            try scalar.path()
        }
        deadline = try mapping.setting("deadline", default: Self.defaultDeadline) {
            scalar throws(ConfigurationError) in try scalar.duration()
        }
        within = try mapping.setting("within", default: nil) { scalar throws(ConfigurationError) in
            try scalar.duration()
        }
        guard let value = mapping["exec"] else {
            exec = Setting(value: nil, origin: .builtIn)
            return
        }
        let line = try ProgramLine(value)
        guard line.rehearsal != nil else {
            throw value.error(
                "it does not name the restored data",
                hint: "write \(RehearsalCommand.placeholder) where its path belongs, as an argument")
        }
        exec = Setting(value: line, origin: value.origin)
    }

    func settings(at path: String) -> [ShownSetting] {
        [
            scratch.shown(as: "\(path).scratch"), exec.shown(as: "\(path).exec"),
            deadline.shown(as: "\(path).deadline"), within.shown(as: "\(path).within"),
        ]
    }
}

extension ProgramLine {
    /// As the command of a rehearsal; nil when it does not name the restored data.
    var rehearsal: RehearsalCommand? {
        switch self {
        case .shell(let line): RehearsalCommand(shell: line)
        case .words(let words): RehearsalCommand(words: words)
        }
    }
}
