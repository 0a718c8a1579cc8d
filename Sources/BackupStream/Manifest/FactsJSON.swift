internal import FoundationEssentials
package import Platform

/// The one way manifests and their summaries become text.
package enum FactsJSON {
    package static func encode(_ value: some Encodable, isPretty: Bool) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("facts hold nothing that JSON cannot")
        }
        return Array(data) + (isPretty ? [0x0A] : [])
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], of what: String)
        throws(FormatError) -> Value
    {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode(type, from: Data(bytes)) } catch {
            throw .badField(field: what, offset: 0)
        }
    }
}
