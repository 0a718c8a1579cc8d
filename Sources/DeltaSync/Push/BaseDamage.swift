package import OffsiteStore

/// What of the points that a push was to be built upon was damaged in the store.
package struct BaseDamage: Equatable, Sendable {
    /// Paths of objects below the store, or frames that no pack holds.
    package internal(set) var objects: [String]
    /// Points that stay damaged; others that need the same objects are as well.
    package internal(set) var points: [UInt64]
    /// Objects that are still damaged, as the store's check names them.
    package internal(set) var found: [CheckReport.Damage] = []
    /// Why the store could not keep what was found.
    package internal(set) var noteFailure: StoreError?
    /// Bytes of the base's image that the store has lost.
    package internal(set) var lostBytes = 0

    package init(objects: [String], points: [UInt64] = []) {
        self.objects = objects
        self.points = points
    }
}
