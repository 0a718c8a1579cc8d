package import Platform
package import StoreFormat

/// A committed point as a store has it.
package struct StoredPoint: Equatable, Sendable {
    package let point: Point
    package let receipt: Receipt

    package init(point: Point, receipt: Receipt) {
        self.point = point
        self.receipt = receipt
    }

    /// SHA-256 of the point object: what the next point names as its parent.
    package var digest: Digest256 { receipt.object }
    /// How other points name it.
    package var reference: Point.Reference {
        Point.Reference(generation: point.generation, digest: digest)
    }

    /// True if its content is accepted: it was committed as good, or is held and was released since.
    func isAccepted(_ released: [Point.Reference: StoredNote]) -> Bool {
        switch point.health {
        case .good: true
        case .damaged: false
        case .suspicious: release(among: released) != nil
        }
    }

    /// The damage that was found in the point or in the full that it continues; nil for none.
    func damage(by ledger: OpenDamage) -> OpenDamage.Entry? {
        ledger.damage(of: point.generation) ?? point.full.flatMap { ledger.damage(of: $0.generation) }
    }

    /// The note that accepts a held point, or one that it is held because of; nil for none.
    func release(among released: [Point.Reference: StoredNote]) -> StoredNote? {
        released[reference] ?? point.hold?.release(among: released)
    }
}
