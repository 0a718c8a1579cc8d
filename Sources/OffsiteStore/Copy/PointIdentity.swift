package import Platform
package import StoreFormat

/// The identity of a point in every store: one image, of one reading of the source.
///
/// Generations, parents and receipts are each store's own.
package struct PointIdentity: Hashable, Sendable {
    package let kind: Point.Kind
    package let sourceTime: Timestamp
    package let image: Digest256
}

extension Point {
    package var identity: PointIdentity {
        PointIdentity(kind: kind, sourceTime: sourceTime, image: imageDigest)
    }
}
