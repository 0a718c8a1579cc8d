internal import Platform

/// One store: a folder of this host, or one behind an agent at another site.
struct TargetConfiguration: Sendable {
    static let keys = ["directory", "keep", "quota"] + SSHTarget.keys

    enum Kind: Sendable {
        case directory(Setting<String>)
        case ssh(SSHTarget)
    }

    let name: Name
    let kind: Kind
    /// Which points of any job are kept here; nil where the job's own rules hold.
    let keep: KeepConfiguration?
    /// Most bytes that all jobs of its store may have.
    let quota: Setting<ByteSize?>

    init(_ entry: YAMLMapping.Entry) throws(ConfigurationError) {
        name = try entry.name.name()
        let mapping = try entry.value.mapping(keys: Self.keys)
        keep =
            try mapping["keep"] == nil
            ? nil : KeepConfiguration(try mapping.mapping("keep", keys: KeepConfiguration.keys))
        quota = try mapping.setting("quota", default: nil) { scalar throws(ConfigurationError) in
            try scalar.size()
        }
        switch (mapping["directory"], mapping["ssh"]) {
        case (.some, _):
            try mapping.refuse(SSHTarget.keys, because: "goes with ssh, not with directory")
            kind = .directory(
                try mapping.required("directory") { scalar throws(ConfigurationError) in try scalar.path() })
        case (nil, .some): kind = .ssh(try SSHTarget(mapping))
        case (nil, nil): throw entry.value.error("ssh or directory is needed")
        }
    }

    /// How long a push to it goes on trying when its connection breaks.
    var retrySeconds: Int {
        if case .ssh(let target) = kind { target.retryFor.value.seconds } else { 0 }
    }

    var settings: [ShownSetting] {
        let path = "targets.\(name)"
        let place =
            switch kind {
            case .directory(let directory): [directory.shown(as: "\(path).directory")]
            case .ssh(let target): target.settings(at: path)
            }
        return place + [quota.shown(as: "\(path).quota")] + (keep?.settings(at: "\(path).keep") ?? [])
    }
}
