package import Platform

/// Asks a store to remove a job with all that it has of it.
package struct DropRequest: Equatable, Sendable {
    package let job: Name
    /// Host and run.
    package let maker: String
    /// Nothing is changed.
    package var isTrial = false
    /// Pinned points keep the job no more, nor does a note that may be a pin and cannot be read.
    package var takesPinned = false

    package init(job: Name, maker: String) {
        self.job = job
        self.maker = maker
    }
}

/// Says what a dropped job had: of a trial, what it has.
package struct DropReport: Equatable, Sendable {
    package var points = 0
    package var files = 0
    package var bytes = 0

    package init(points: Int = 0, files: Int = 0, bytes: Int = 0) {
        self.points = points
        self.files = files
        self.bytes = bytes
    }
}
