/// A mapping of the file whose keys are known, read setting by setting.
struct YAMLMapping {
    struct Entry {
        let name: Scalar
        let value: YAMLValue
    }

    let entries: [Entry]
    /// Dotted path from the top of the file; empty at the top.
    let key: String
    private let reader: YAMLReader

    init(_ entries: [Entry], at key: String, reader: YAMLReader) {
        self.entries = entries
        self.key = key
        self.reader = reader
    }

    /// A mapping that the file does not have: every setting comes from elsewhere.
    init(emptyAt key: String, reader: YAMLReader) { self.init([], at: key, reader: reader) }

    subscript(name: String) -> YAMLValue? { entries.first { $0.name.text == name }?.value }

    /// The mapping under a key; an empty one when the key is not there.
    func mapping(_ name: String, keys: [String]) throws(ConfigurationError) -> YAMLMapping {
        guard let value = self[name] else { return YAMLMapping(emptyAt: path(name), reader: reader) }
        return try value.mapping(keys: keys)
    }

    /// The effective value of a setting: command line, else environment, else file, else default.
    ///
    /// What the file says is checked even where something stronger replaces it.
    func setting<Value: ConfigurationValue>(
        _ name: String, default fallback: Value,
        _ parse: (Scalar) throws(ConfigurationError) -> Value
    ) throws(ConfigurationError) -> Setting<Value> {
        try setting(name, default: fallback) { value throws(ConfigurationError) in
            try parse(try value.scalar())
        } replaced: { scalar throws(ConfigurationError) in
            try parse(scalar)
        }
    }

    /// The same for what is more than one value in the file.
    func setting<Value: ConfigurationValue>(
        _ name: String, default fallback: Value,
        _ parseValue: (YAMLValue) throws(ConfigurationError) -> Value,
        replaced parse: (Scalar) throws(ConfigurationError) -> Value
    ) throws(ConfigurationError) -> Setting<Value> {
        var setting = Setting(value: fallback, origin: .builtIn)
        if let value = self[name] {
            setting = Setting(value: try parseValue(value), origin: value.origin)
        }
        guard let key = Overridable(rawValue: name), let (text, origin) = reader.overrides.text(for: key)
        else {
            return setting
        }
        let scalar = Scalar(text: text, isPlain: true, key: path(name), origin: origin, home: reader.home)
        return Setting(value: try parse(scalar), origin: origin)
    }

    /// The effective value of a setting that has no default.
    func required<Value: ConfigurationValue>(
        _ name: String, _ parse: (Scalar) throws(ConfigurationError) -> Value
    ) throws(ConfigurationError) -> Setting<Value> {
        let found = try setting(name, default: Value?.none) { scalar throws(ConfigurationError) in
            try parse(scalar)
        }
        guard let value = found.value else { throw missing(name) }
        return Setting(value: value, origin: found.origin)
    }

    /// Refuses keys that mean nothing beside another one.
    func refuse(_ names: [String], because reason: String) throws(ConfigurationError) {
        for entry in entries where names.contains(entry.name.text) {
            throw ConfigurationError(entry.name.origin.place, "\(entry.name.key): \(reason)")
        }
    }

    func missing(_ name: String) -> ConfigurationError { error("\(name) is missing") }

    /// An error about the mapping as a whole, placed at its first key.
    func error(_ message: String, hint: String? = nil) -> ConfigurationError {
        let place = entries.first?.name.origin.place ?? reader.file
        return ConfigurationError(place, key.isEmpty ? message : "\(key): \(message)", hint: hint)
    }

    private func path(_ name: String) -> String { key.isEmpty ? name : "\(key).\(name)" }
}
