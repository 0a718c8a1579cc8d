/// One of the three things that have to be shown of replicated Exchange data before anybody relies on it, and what shows it.
package struct Criterion: Equatable, Sendable {
    package enum Verdict: String, Sendable {
        case shown
        /// Nothing speaks against it, and too little for it.
        case notShown = "not_shown"
        /// What was found speaks against it.
        case contradicted

        /// `not shown`.
        package var words: String { rawValue.replacing("_", with: " ") }
    }

    package struct Fact: Equatable, Sendable {
        package let label: String
        package let value: String

        init(_ label: String, _ value: String) {
            self.label = label
            self.value = value
        }
    }

    /// `write_order`, for programs.
    package let key: String
    /// `Write order`.
    package let name: String
    package let question: String
    package let verdict: Verdict
    package let facts: [Fact]
}
