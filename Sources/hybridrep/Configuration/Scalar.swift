internal import DeltaSync
internal import Platform

/// One piece of text from the file, a variable or an option, to be read as the type a setting has.
struct Scalar {
    let text: String
    /// Written without quotes, so that numbers, booleans and null have their meaning.
    let isPlain: Bool
    /// Dotted path of the setting, for messages.
    let key: String
    let origin: Origin
    /// What `~` at the start of a path stands for.
    let home: String?

    func string() throws(ConfigurationError) -> String {
        if isPlain, ["", "~", "null"].contains(text) { throw wrong("text") }
        guard !text.isEmpty else { throw wrong("text") }
        // Settings become arguments, paths and lines of protocols: none of them has room for these.
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw error("control characters are not allowed")
        }
        return text
    }

    func boolean() throws(ConfigurationError) -> Bool {
        guard isPlain, let value = Bool(text) else { throw wrong("true or false") }
        return value
    }

    func integer(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
        guard let value = whole(in: range) else {
            throw wrong("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// `auto`, or a zstd level.
    func level() throws(ConfigurationError) -> CompressionLevel {
        if text == "auto" { return .automatic }
        guard let value = whole(in: 1...19) else { throw wrong("auto or a whole number from 1 to 19") }
        return .fixed(value)
    }

    private func whole(in range: ClosedRange<Int>) -> Int? {
        guard isPlain, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text).flatMap { range.contains($0) ? $0 : nil }
    }

    func size() throws(ConfigurationError) -> ByteSize {
        guard let value = ByteSize(text) else { throw wrong("a size such as 8M") }
        return value
    }

    func duration() throws(ConfigurationError) -> TimeSpan {
        guard let value = TimeSpan(text) else { throw wrong("a duration such as 26h or 7d") }
        return value
    }

    /// Nil for `none`, which takes away a limit that a weaker origin set.
    func rate() throws(ConfigurationError) -> RateSchedule? {
        try byteRate().map { RateSchedule(bytesPerSecond: $0.bytesPerSecond) }
    }

    /// Nil for `none`.
    func byteRate() throws(ConfigurationError) -> ByteRate? {
        if text == "none" { return nil }
        guard let value = ByteRate(text) else {
            throw wrong("bytes a second such as 20M (at least \(ByteRate.minimum)), or none")
        }
        return value
    }

    func name() throws(ConfigurationError) -> Name {
        guard let value = Name(text) else {
            throw error(
                "\(Self.quote(text)) is not a name",
                hint: "names are up to 64 of a-z 0-9 . _ - and start with a letter or digit")
        }
        return value
    }

    /// One of the raw values of `Choice`.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ type: Choice.Type
    ) throws(ConfigurationError) -> Choice where Choice.RawValue == String {
        guard let value = Choice(rawValue: text) else {
            throw wrong(Choice.allCases.map(\.rawValue).joined(separator: " or "))
        }
        return value
    }

    /// An absolute path on this host; `~/` at its start is this user's home.
    func path() throws(ConfigurationError) -> String {
        var path = try string()
        if path == "~" || path.hasPrefix("~/") {
            guard let home else { throw error("cannot expand ~: HOME is not set") }
            path = home + path.dropFirst()
        }
        guard path.hasPrefix("/") else {
            throw error(
                "\(Self.quote(text)) is not an absolute path",
                hint: "a relative path would depend on the folder that cron starts in; begin it with / or ~/")
        }
        return path
    }

    /// An address of http or https; it is a secret, so no message repeats it.
    func pingURL() throws(ConfigurationError) -> PingURL {
        guard let url = PingURL(text) else {
            throw error(
                "is no https:// or http:// address of printable characters without spaces, quotes or backslashes",
                hint: "as in ping-url: https://hc-ping.com/0a1b2c3d")
        }
        return url
    }

    func error(_ message: String, hint: String? = nil) -> ConfigurationError {
        ConfigurationError(origin.place, "\(key): \(message)", hint: hint)
    }

    /// The text in quotes, cut off where it would fill the screen.
    static func quote(_ text: String) -> String {
        let limit = 80
        return text.count <= limit ? "\"\(text)\"" : "\"\(text.prefix(limit))\"…"
    }

    func wrong(_ expected: String) -> ConfigurationError {
        let isNothing = isPlain && ["", "~", "null"].contains(text)
        return error("expected \(expected), found " + (isNothing ? "nothing" : Self.quote(text)))
    }
}
