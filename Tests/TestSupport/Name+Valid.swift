package import Platform

extension Name {
    /// A name that a test knows to be one.
    package static func valid(_ text: StaticString) -> Name {
        guard let name = Name("\(text)") else { preconditionFailure("\(text) is not a name") }
        return name
    }
}
