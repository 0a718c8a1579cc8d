package import Platform

/// A request to remove bytes that no point needs.
package struct CollectRequest: Equatable, Sendable {
    /// Seconds that things stay in the trash, by default.
    package static let defaultGrace: Int64 = 7 * 86_400
    /// Points that must have been committed since something was put into the trash.
    static let graceGenerations: UInt64 = 2
    /// The share of a store that may be dead before packs are thinned, in percent.
    package static let defaultWaste = 10

    package let job: Name
    /// Host and run.
    package let maker: String
    /// Zero empties the trash at once.
    package var graceSeconds = defaultGrace
    package var wastePercent = defaultWaste
    /// Nothing is changed.
    package var isTrial = false
    /// Forgotten points that are to come back from the trash; nothing else is done then.
    package var recalled: [UInt64] = []

    package init(job: Name, maker: String) {
        self.job = job
        self.maker = maker
    }
}

/// The findings and actions of a collection; bytes are those of files.
package struct CollectReport: Equatable, Sendable {
    /// Points that were marked from.
    package var points = 0
    /// Packs that stay, and of their bytes those that points need.
    package var packs = 0
    package var packBytes = 0
    package var liveBytes = 0
    /// Objects that nothing needs, put into the trash.
    package var deadObjects = 0
    package var deadBytes = 0
    /// Packs that were written again without what is dead in them, and what that takes off.
    package var thinnedPacks = 0
    package var thinnedBytes = 0
    /// Packs that should have been, but there is no room to write them again.
    package var packsLeftForSpace = 0
    /// Objects that came back from the trash because a point needs them.
    package var returnedObjects = 0
    /// Files that left the trash for good.
    package var sweptFiles = 0
    package var sweptBytes = 0
    /// Bytes that are still in the trash.
    package var trashBytes = 0

    package init() {}
}
