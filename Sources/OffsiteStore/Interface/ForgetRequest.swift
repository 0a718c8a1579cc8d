package import Platform

/// Points that a store is asked to forget, and how careful it is to be.
package struct ForgetRequest: Equatable, Sendable {
    package struct Item: Equatable, Sendable {
        package let generation: UInt64
        /// Nil for one that cannot be read: it goes only if the store cannot read it either.
        package let digest: Digest256?
        /// For the tomb.
        package let reason: String

        package init(generation: UInt64, digest: Digest256?, reason: String) {
            self.generation = generation
            self.digest = digest
            self.reason = reason
        }
    }
    /// Of one request; what is more is left to the next.
    package static let maximumItems = 4096

    package let job: Name
    package var items: [Item]
    /// Host and run.
    package let maker: String
    /// Nothing is changed.
    package var isTrial = false
    /// More than half of all points may go at once.
    package var mayTakeMany = false
    /// What ``ClockAnomaly`` finds does not stop it, nor a later one about the points that are there now.
    package var trustsClock = false

    package init(job: Name, items: [Item], maker: String) {
        self.job = job
        self.items = items
        self.maker = maker
    }
}

/// The result of a ``ForgetRequest``.
package struct ForgetReport: Equatable, Sendable {
    package struct Refusal: Equatable, Sendable {
        package let generation: UInt64
        package let reason: String

        package init(generation: UInt64, reason: String) {
            self.generation = generation
            self.reason = reason
        }
    }
    /// Generations that are forgotten, rising.
    package var forgotten: [UInt64] = []
    /// Those that the store keeps all the same, rising.
    package var kept: [Refusal] = []

    package init() {}
}
