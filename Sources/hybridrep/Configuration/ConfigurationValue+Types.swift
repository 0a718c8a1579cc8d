internal import Platform

extension Int: ConfigurationValue {
    var shownText: String { description }
    var shownJSON: JSONValue { .integer(self) }
}

extension Bool: ConfigurationValue {
    var shownText: String { description }
    var shownJSON: JSONValue { .bool(self) }
}

extension String: ConfigurationValue {
    var shownText: String { self }
    var shownJSON: JSONValue { .string(self) }
}

extension Name: ConfigurationValue {
    var shownText: String { description }
    var shownJSON: JSONValue { .string(description) }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
    var shownText: String { "[" + map(\.shownText).joined(separator: ", ") + "]" }
    var shownJSON: JSONValue { .array(map(\.shownJSON)) }
}

/// Nil is a setting that is off or has no default.
extension Optional: ConfigurationValue where Wrapped: ConfigurationValue {
    var shownText: String { self?.shownText ?? "none" }
    var shownJSON: JSONValue { self?.shownJSON ?? .null }
}

extension ByteSize: ConfigurationValue {
    var shownText: String { description }
    var shownJSON: JSONValue { .integer(bytes) }
}

extension ByteRate: ConfigurationValue {
    var shownText: String { description }
    var shownJSON: JSONValue { .integer(bytesPerSecond) }
}

extension TimeSpan: ConfigurationValue {
    var shownText: String { description }
    var shownJSON: JSONValue { .integer(seconds) }
}
