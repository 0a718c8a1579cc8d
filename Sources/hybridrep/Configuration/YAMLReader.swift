internal import Yams

/// Reads the text of a configuration file into typed values that know their position.
struct YAMLReader {
    /// Name of the file, for messages.
    let file: String
    let overrides: Overrides
    /// What `~` at the start of a path stands for.
    let home: String?

    /// The mapping at the top of the file; an empty file is an empty mapping.
    func root(of text: String, keys: [String]) throws(ConfigurationError) -> YAMLMapping {
        let node: Node?
        do {
            // The encoding is named because its default is read from, and announced by, a variable.
            node = try Parser(yaml: text, encoding: .utf8).singleRoot()
        } catch {
            throw explain(error)
        }
        guard let node else { return YAMLMapping(emptyAt: "", reader: self) }
        return try YAMLValue(node: node, key: "", reader: self).mapping(keys: keys)
    }

    func origin(of node: Node) -> Origin {
        .file(file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    private func explain(_ error: any Error) -> ConfigurationError {
        func at(_ mark: Mark) -> String { "\(file):\(mark.line):\(mark.column)" }
        guard let error = error as? YamlError else { return ConfigurationError(file, "\(error)") }
        return switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            ConfigurationError(at(mark), "not YAML: " + (context.map { "\($0.text): " } ?? "") + problem)
        case .duplicatedKeysInMapping(let keys, let context):
            ConfigurationError(
                at(context.mark),
                "duplicate key " + keys.map { "\"\($0)\"" }.joined(separator: ", ") + ", first given here")
        case .reader(let problem, _, _, _): ConfigurationError(file, "not YAML: \(problem)")
        default: ConfigurationError(file, "not YAML: \(error)")
        }
    }
}

/// One value of the file.
struct YAMLValue {
    let node: Node
    /// Dotted path from the top of the file.
    let key: String
    let reader: YAMLReader

    var origin: Origin { reader.origin(of: node) }
    var isList: Bool { node.sequence != nil }

    func scalar() throws(ConfigurationError) -> Scalar {
        guard let scalar = node.scalar else { throw wrong("one value") }
        return Scalar(
            text: scalar.string, isPlain: scalar.style == .plain, key: key, origin: origin, home: reader.home)
    }

    func list() throws(ConfigurationError) -> [YAMLValue] {
        guard let sequence = node.sequence else { throw wrong("a list") }
        return sequence.map { YAMLValue(node: $0, key: key, reader: reader) }
    }

    /// A mapping that may have these keys and no others.
    func mapping(keys: [String]) throws(ConfigurationError) -> YAMLMapping {
        let mapping = YAMLMapping(try entries(), at: key, reader: reader)
        for entry in mapping.entries where !keys.contains(entry.name.text) {
            let place = key.isEmpty ? "" : " in \(key)"
            throw ConfigurationError(
                entry.name.origin.place, "unknown key \"\(entry.name.text)\"\(place)",
                hint: NearestKey.hint(entry.name.text, among: keys))
        }
        return mapping
    }

    /// A mapping whose keys are names that the user chose.
    func entries() throws(ConfigurationError) -> [YAMLMapping.Entry] {
        guard let mapping = node.mapping else { throw wrong("a mapping") }
        var result: [YAMLMapping.Entry] = []
        var seen: Set<String> = []
        for (keyNode, node) in mapping {
            let origin = reader.origin(of: keyNode)
            guard let name = keyNode.scalar?.string else {
                throw ConfigurationError(origin.place, "a key must be one word")
            }
            guard seen.insert(name).inserted else {
                throw ConfigurationError(origin.place, "duplicate key \"\(name)\"")
            }
            let path = key.isEmpty ? name : "\(key).\(name)"
            let scalar = Scalar(text: name, isPlain: true, key: path, origin: origin, home: nil)
            result.append(
                YAMLMapping.Entry(name: scalar, value: YAMLValue(node: node, key: path, reader: reader)))
        }
        return result
    }

    func error(_ message: String, hint: String? = nil) -> ConfigurationError {
        ConfigurationError(origin.place, "\(key): \(message)", hint: hint)
    }

    private func wrong(_ expected: String) -> ConfigurationError {
        let found =
            switch node {
            case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "\"\(scalar.string)\""
            case .mapping: "a mapping"
            case .sequence: "a list"
            case .alias: "an alias"
            }
        return key.isEmpty
            ? ConfigurationError(origin.place, "expected \(expected), found \(found)")
            : error("expected \(expected), found \(found)")
    }
}
