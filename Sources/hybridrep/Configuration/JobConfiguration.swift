internal import DeltaSync
internal import Platform

/// One database, or one backup file or stream: where it comes from, where it goes, how long it is kept.
struct JobConfiguration: Sendable {
    static let keys = [
        "source", "spool", "targets", "priority", "rpo", "rto", "keep", "level", "keep-base", "full-compare",
        "full-every", "verify", "rehearse", "sanity-gate", "hooks", "ping-url",
    ]
    static let spoolKeys = ["directory", "keep"]
    static let verifyKeys = ["full-within"]

    /// What stays on this host after a push, as the base of the next delta.
    enum KeepBase: String, CaseIterable, Sendable, ConfigurationValue {
        /// The whole image: changed blocks are shipped as deltas against their old content.
        case full
        /// The signature alone: changed blocks are shipped whole.
        case none

        var shownText: String { rawValue }
        var shownJSON: JSONValue { .string(rawValue) }
    }

    let name: Name
    let source: SourceConfiguration
    /// Folder for images and signatures.
    let spoolDirectory: Setting<String>
    /// Images that stay there, the newest included.
    let spoolKeep: Setting<Int>
    /// At least one, all of them defined.
    let targets: Setting<[Name]>
    /// Jobs of a higher one come first where several are run.
    let priority: Setting<Int>
    /// Age above which the newest good point is reported as stale.
    let rpo: Setting<TimeSpan?>
    /// Time within which a restore of the newest good point is to be done.
    let rto: Setting<TimeSpan?>
    /// Time within which every byte is to be read again at each target.
    let fullWithin: Setting<TimeSpan?>
    /// Whether a full that is unlike all before it is held.
    let sanityGate: Setting<Bool>
    let rehearsal: RehearsalConfiguration
    let keep: KeepConfiguration
    let level: Setting<CompressionLevel>
    let keepBase: Setting<KeepBase>
    /// Age of the newest full from which a run takes another, and before which it takes the logs.
    ///
    /// Nil for fulls only.
    let fullEvery: Setting<TimeSpan?>
    /// How often blocks that look unchanged are compared with the base byte by byte.
    let fullCompare: Setting<TimeSpan>
    let hooks: HooksConfiguration
    /// Where a monitor is told of each run.
    let pingURL: Setting<PingURL?>

    /// - Parameters:
    ///   - state: Folder of this host's state, in which the spool lies by default.
    ///   - targets: Names that the job may use.
    init(_ entry: YAMLMapping.Entry, state: String, targets known: [Name]) throws(ConfigurationError) {
        name = try entry.name.name()
        let mapping = try entry.value.mapping(keys: Self.keys)
        guard let source = mapping["source"] else { throw mapping.missing("source") }
        self.source = try SourceConfiguration(source)
        let spool = try mapping.mapping("spool", keys: Self.spoolKeys)
        spoolDirectory = try spool.setting("directory", default: state + "/spool") {
            scalar throws(ConfigurationError) in try scalar.path()
        }
        spoolKeep = try spool.setting("keep", default: 1) { scalar throws(ConfigurationError) in
            try scalar.integer(in: 1...1000)
        }
        guard let targets = mapping["targets"] else { throw mapping.missing("targets") }
        self.targets = try Self.targets(targets, known: known)
        priority = try mapping.setting("priority", default: 50) { scalar throws(ConfigurationError) in
            try scalar.integer(in: 0...100)
        }
        rpo = try mapping.setting("rpo", default: nil) { scalar throws(ConfigurationError) in
            try scalar.duration()
        }
        rto = try mapping.setting("rto", default: nil) { scalar throws(ConfigurationError) in
            try scalar.duration()
        }
        fullWithin = try mapping.mapping("verify", keys: Self.verifyKeys).setting("full-within", default: nil)
        {
            scalar throws(ConfigurationError) in try scalar.duration()
        }
        sanityGate = try mapping.setting("sanity-gate", default: true) { scalar throws(ConfigurationError) in
            try scalar.boolean()
        }
        rehearsal = try RehearsalConfiguration(
            try mapping.mapping("rehearse", keys: RehearsalConfiguration.keys))
        keep = try KeepConfiguration(try mapping.mapping("keep", keys: KeepConfiguration.keys))
        level = try mapping.setting("level", default: .automatic) { scalar throws(ConfigurationError) in
            try scalar.level()
        }
        keepBase = try mapping.setting("keep-base", default: .full) { scalar throws(ConfigurationError) in
            try scalar.choice(KeepBase.self)
        }
        if case .ese = self.source.kind {
        } else {
            try mapping.refuse(["full-every"], because: "goes with an ese source: only databases have logs")
        }
        fullEvery = try mapping.setting("full-every", default: nil) { scalar throws(ConfigurationError) in
            try scalar.duration()
        }
        fullCompare = try mapping.setting("full-compare", default: TimeSpan(seconds: 30 * 86_400)) {
            scalar throws(ConfigurationError) in try scalar.duration()
        }
        hooks = try HooksConfiguration(try mapping.mapping("hooks", keys: HooksConfiguration.keys))
        pingURL = try mapping.setting("ping-url", default: nil) { scalar throws(ConfigurationError) in
            try scalar.pingURL()
        }
    }

    var settings: [ShownSetting] {
        let path = "jobs.\(name)"
        return source.settings(at: "\(path).source") + [
            spoolDirectory.shown(as: "\(path).spool.directory"), spoolKeep.shown(as: "\(path).spool.keep"),
            targets.shown(as: "\(path).targets"), priority.shown(as: "\(path).priority"),
            rpo.shown(as: "\(path).rpo"), rto.shown(as: "\(path).rto"),
            fullWithin.shown(as: "\(path).verify.full-within"),
            sanityGate.shown(as: "\(path).sanity-gate"),
        ] + rehearsal.settings(at: "\(path).rehearse") + keep.settings(at: "\(path).keep") + [
            level.shown(as: "\(path).level"), keepBase.shown(as: "\(path).keep-base"),
            fullCompare.shown(as: "\(path).full-compare"), fullEvery.shown(as: "\(path).full-every"),
        ] + hooks.settings(at: "\(path).hooks") + [pingURL.shown(as: "\(path).ping-url")]
    }

    private static func targets(
        _ value: YAMLValue, known: [Name]
    ) throws(ConfigurationError) -> Setting<[Name]> {
        var names: [Name] = []
        for item in try value.list() {
            let scalar = try item.scalar()
            let name = try scalar.name()
            guard known.contains(name) else {
                throw scalar.error(
                    "target \"\(name)\" is not defined",
                    hint: NearestKey.hint(name.description, among: known.map(\.description)))
            }
            guard !names.contains(name) else { throw scalar.error("target \"\(name)\" is named twice") }
            names.append(name)
        }
        guard !names.isEmpty else { throw value.error("at least one target is needed") }
        return Setting(value: names, origin: value.origin)
    }
}
