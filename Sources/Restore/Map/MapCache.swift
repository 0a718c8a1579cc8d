package import StoreFormat

/// Keeps map segments on this host, so that they need not be read from a store again.
package protocol MapCache: Sendable {
    /// Returns a segment of a job's map; nil when it is not kept, or is damaged.
    func segment(_ segment: Point.Segment, of job: JobObject) -> MapSegment?
    func keep(_ segment: MapSegment) throws
}
