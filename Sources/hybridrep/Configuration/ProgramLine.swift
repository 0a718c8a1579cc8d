/// A program to start: a line for the shell, or the words of a command.
enum ProgramLine: Equatable, Sendable, ConfigurationValue {
    /// For `/bin/sh -c`.
    case shell(String)
    /// Program and arguments, started without a shell; at least one word.
    case words([String])

    /// Text is a line for the shell, a list is words.
    init(_ value: YAMLValue) throws(ConfigurationError) {
        guard value.isList else {
            self = .shell(try value.scalar().string())
            return
        }
        var words: [String] = []
        for item in try value.list() { words.append(try item.scalar().string()) }
        guard !words.isEmpty else { throw value.error("the list of words is empty") }
        self = .words(words)
    }

    /// The words to start it with.
    var arguments: [String] {
        switch self {
        case .shell(let line): ["/bin/sh", "-c", line]
        case .words(let words): words
        }
    }

    var shownText: String {
        switch self {
        case .shell(let line): line
        case .words(let words): words.shownText
        }
    }

    var shownJSON: JSONValue {
        switch self {
        case .shell(let line): .string(line)
        case .words(let words): words.shownJSON
        }
    }
}
