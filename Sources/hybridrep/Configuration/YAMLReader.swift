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
        case .reader(let problem, let offset, _, let text):
            ConfigurationError(place(of: offset, in: text), "not YAML: \(problem)")
        default: ConfigurationError(file, "not YAML: \(error)")
        }
    }
}

extension YAMLReader {
    /// The place of a character that Yams only counts; the file alone where it does not.
    private func place(of offset: Int?, in text: String) -> String {
        guard let offset else { return file }
        let lines = text.prefix(offset).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return "\(file):\(lines.count):\((lines.last?.count ?? 0) + 1)"
    }
}
