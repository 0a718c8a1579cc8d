package import Platform

/// What one run did for one job at one target, as the host that ran it wrote it down.
package struct RunRecord: Equatable, Sendable {
    /// Verbs that make points: the last of these is a job's last run.
    package static let makers = ["run", "backup", "push", "reconcile"]
    /// Exit code of a run that found a lock taken: the job's, where it has no target, or else the one at the store.
    static let lockedCode = 11

    /// Nil where it is not known any more.
    package var runID: String?
    /// As it was typed: `run`, `verify`.
    package var verb: String
    package var job: Name
    /// Nil where the run came to no target, or to a store that the configuration does not name.
    package var target: Name?
    package var begun: Timestamp
    package var ended: Timestamp
    /// Of this target; nil where it is not known.
    package var exitCode: Int?
    /// Of the whole run of the job, over all targets.
    package var jobExitCode: Int?
    package var pointID: String?
    package var sentBytes: Int?
    package var receivedBytes: Int?
    /// Of the image, those in blocks that changed.
    package var changedBytes: Int?
    package var imageBytes: Int?
    /// One line; nil where nothing failed.
    package var error: String?
    /// Whether it was made again from what a store knows.
    package var isRebuilt = false

    package init(verb: String, job: Name, target: Name?, begun: Timestamp, ended: Timestamp) {
        self.verb = verb
        self.job = job
        self.target = target
        self.begun = begun
        self.ended = ended
    }

    /// Neither good nor unknown.
    package var hasFailed: Bool { (exitCode ?? 0) != 0 }
}
