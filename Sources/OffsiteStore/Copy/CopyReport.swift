/// The result of a copy, or its forecast.
package struct CopyReport: Equatable, Sendable {
    package struct Copied: Equatable, Sendable {
        /// In the store that it comes from, and in the one that it went to.
        package let sourceID: String
        package let id: String
        /// In the one that it went to.
        package let generation: UInt64
    }

    /// A point that is not copied, as it is damaged where it is.
    package struct Damaged: Equatable, Sendable {
        package let pointID: String
        package let object: String
        package let reason: String
    }

    /// The oldest first.
    package internal(set) var copied: [Copied] = []
    package internal(set) var leftOut: [CopyPlan.LeftOut] = []
    package internal(set) var damaged: [Damaged] = []
    /// Points that were asked for and are there already.
    package internal(set) var thereCount = 0
    package internal(set) var packs = 0
    package internal(set) var maps = 0
    /// Frames of further packs, of which the rest was there.
    package internal(set) var frames = 0
    /// Bytes of all these.
    package internal(set) var bytes = 0

    package init() {}
}

/// How far a copy has come.
package struct CopyProgress: Equatable, Sendable {
    package let pointID: String
    package let doneBytes: Int
    /// Of all points.
    package let totalBytes: Int
}
