/// What a database header says about the file as a whole.
package struct DatabaseState: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let justCreated = Self(rawValue: 1)
    package static let dirtyShutdown = Self(rawValue: 2)
    package static let cleanShutdown = Self(rawValue: 3)
    package static let beingConverted = Self(rawValue: 4)
    package static let forceDetach = Self(rawValue: 5)
    package static let incrementalReseedInProgress = Self(rawValue: 6)
    package static let dirtyAndPatchedShutdown = Self(rawValue: 7)
    package static let revertInProgress = Self(rawValue: 8)
}

extension DatabaseState: CustomStringConvertible, Encodable {
    /// The engine's own wording, which programs parse.
    package var description: String {
        switch self {
        case .justCreated: "Just Created"
        case .dirtyShutdown: "Dirty Shutdown"
        case .cleanShutdown: "Clean Shutdown"
        case .beingConverted: "Being Converted"
        case .forceDetach: "Force Detach"
        case .incrementalReseedInProgress: "Incremental Reseed In Progress"
        case .dirtyAndPatchedShutdown: "Dirty and Patched Shutdown"
        case .revertInProgress: "Revert In Progress"
        default: "Unknown (\(rawValue))"
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
