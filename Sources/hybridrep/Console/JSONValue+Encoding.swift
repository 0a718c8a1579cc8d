internal import FoundationEssentials

extension JSONValue {
    /// A fact of a module below, its names in snake_case and sorted.
    init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self = .encoded(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
