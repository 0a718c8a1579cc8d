package import Platform

/// Who has made a note, as its text says it: `db1, run 5f3a…`.
package struct NoteAuthor: CustomStringConvertible {
    private static let link = ", run "
    private let host: String
    private let runID: Identifier

    package init(host: String, runID: Identifier) {
        self.host = host
        self.runID = runID
    }

    package var description: String { host + Self.link + "\(runID)" }

    /// The run that such a text names; nil for any other text.
    package static func runID(in text: String) -> String? {
        guard let range = text.ranges(of: link).last else { return nil }
        let id = String(text[range.upperBound...])
        return Hex.decode(id)?.count == Identifier.byteCount ? id : nil
    }
}
