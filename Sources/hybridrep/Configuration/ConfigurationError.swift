/// What is wrong with the configuration, and where.
struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// `FILE:LINE:COLUMN`, a file, a variable or an option.
    let place: String
    let message: String
    let hint: String?

    init(_ place: String, _ message: String, hint: String? = nil) {
        self.place = place
        self.message = message
        self.hint = hint
    }

    var description: String { place.isEmpty ? message : "\(place): \(message)" }
}

extension CommandFailure {
    /// A configuration that cannot be used is a usage error.
    init(_ error: ConfigurationError) { self.init(.usage, error.description, hint: error.hint) }
}
