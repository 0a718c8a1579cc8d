internal import DeltaSync
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

/// One rate for all day is a number, windows are a list of objects.
extension RateSchedule: ConfigurationValue {
    var shownText: String {
        if windows.count == 1 { return windows[0].rateText }
        return "{" + windows.map { "\"\($0.name)\": \($0.rateText)" }.joined(separator: ", ") + "}"
    }

    var shownJSON: JSONValue {
        if windows.count == 1 { return windows[0].rateJSON }
        return .array(
            windows.map {
                .fields(["window": .string($0.name), "bytes_per_second": $0.rateJSON])
            })
    }
}

extension CompressionLevel: ConfigurationValue {
    var shownText: String {
        switch self {
        case .automatic: "auto"
        case .fixed(let level): "\(level)"
        }
    }

    var shownJSON: JSONValue {
        switch self {
        case .automatic: .string(shownText)
        case .fixed(let level): .integer(level)
        }
    }
}

extension TimeSpan: ConfigurationValue {
    var shownText: String { description }
    var shownJSON: JSONValue { .integer(seconds) }
}
