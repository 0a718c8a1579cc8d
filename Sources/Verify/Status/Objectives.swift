/// What was promised of a job, in seconds; nil where nothing was, and then the age is shown and not judged.
package struct Objectives: Equatable, Sendable {
    /// Age of the newest good point.
    package var recoveryPoint: Int?
    /// Within which a restore is to be done.
    package var restoreWithin: Int?
    /// Within which every byte is read again.
    package var fullWithin: Int?
    /// Within which a restore is rehearsed.
    package var rehearseWithin: Int?

    package init(
        recoveryPoint: Int? = nil, restoreWithin: Int? = nil, fullWithin: Int? = nil,
        rehearseWithin: Int? = nil
    ) {
        self.recoveryPoint = recoveryPoint
        self.restoreWithin = restoreWithin
        self.fullWithin = fullWithin
        self.rehearseWithin = rehearseWithin
    }
}
