internal import Yams

/// One value of the file.
struct YAMLValue {
    let node: Node
    /// Dotted path from the top of the file.
    let key: String
    let reader: YAMLReader

    var origin: Origin { reader.origin(of: node) }
    var isList: Bool { node.sequence != nil }
    var isMapping: Bool { node.mapping != nil }

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
            case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : Scalar.quote(scalar.string)
            case .mapping: "a mapping"
            case .sequence: "a list"
            case .alias: "an alias"
            }
        return key.isEmpty
            ? ConfigurationError(origin.place, "expected \(expected), found \(found)")
            : error("expected \(expected), found \(found)")
    }
}
