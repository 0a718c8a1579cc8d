/// The part of a verb's help that can be typed.
enum HelpExamples {
    /// - Parameter examples: What follows the program's name, and what that does.
    static func text(_ examples: KeyValuePairs<String, String>) -> String {
        (["EXAMPLES:"] + examples.flatMap { ["  hybridrep \($0.key)", "      \($0.value)"] })
            .joined(separator: "\n")
    }

    /// - Parameter about: What there is to say besides.
    static func text(_ about: String, _ examples: KeyValuePairs<String, String>) -> String {
        about + "\n\n" + text(examples)
    }
}
