internal import Platform

extension Name {
    /// The name of a job that a user has typed where no configuration tells which there are.
    init(ofJob text: String) throws {
        guard let name = Name(text) else {
            throw CommandFailure(.usage, "\"\(text)\" is not the name of a job")
        }
        self = name
    }
}
