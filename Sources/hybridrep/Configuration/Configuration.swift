internal import Platform

/// Everything that `hybridrep.yaml`, the environment and the command line say, each value with its origin.
struct Configuration: Sendable {
    static let keys = ["state", "jobs", "targets"]
    static let defaultState = "/var/lib/hybridrep"

    /// The file it was read from.
    let file: String
    /// Folder for this host's state.
    let state: Setting<String>
    /// In the order of the file.
    let jobs: [JobConfiguration]
    /// In the order of the file.
    let targets: [TargetConfiguration]

    /// Reads the text of a file.
    init(parsing text: String, with reader: YAMLReader) throws(ConfigurationError) {
        let root = try reader.root(of: text, keys: Self.keys)
        file = reader.file
        state = try root.setting("state", default: Self.defaultState) { scalar throws(ConfigurationError) in
            try scalar.path()
        }
        var targets: [TargetConfiguration] = []
        for entry in try root["targets"]?.entries() ?? [] { targets.append(try TargetConfiguration(entry)) }
        var jobs: [JobConfiguration] = []
        for entry in try root["jobs"]?.entries() ?? [] {
            jobs.append(try JobConfiguration(entry, state: state.value, targets: targets.map(\.name)))
        }
        guard !jobs.isEmpty || !targets.isEmpty else {
            throw root.error("it has neither jobs nor targets")
        }
        self.targets = targets
        self.jobs = jobs
    }

    /// The job of that name.
    func job(_ text: String) throws(ConfigurationError) -> JobConfiguration {
        if let job = jobs.first(where: { $0.name.description == text }) { return job }
        throw ConfigurationError(
            file, "there is no job \"\(text)\"",
            hint: NearestKey.hint(text, among: jobs.map(\.name.description)))
    }

    /// The target of that name.
    func target(_ text: String) throws(ConfigurationError) -> TargetConfiguration {
        if let target = targets.first(where: { $0.name.description == text }) { return target }
        throw ConfigurationError(
            file, "there is no target \"\(text)\"",
            hint: NearestKey.hint(text, among: targets.map(\.name.description)))
    }

    /// Every effective value, as `config show` lists them.
    var settings: [ShownSetting] {
        [state.shown(as: "state")] + jobs.flatMap(\.settings) + targets.flatMap(\.settings)
    }
}
