internal import Image
package import OffsiteStore
internal import Platform

/// A point's map segments, newest first, as a stack that grows by layers.
package struct MapStack {
    package private(set) var segments: [(name: Point.Segment, content: MapSegment)]

    package init(_ segments: [(name: Point.Segment, content: MapSegment)] = []) { self.segments = segments }

    /// Loads a point's segments from this host where it kept them, else from the store.
    package init(
        of point: Point, from points: PointReader, state: JobState?
    ) throws(SyncError) {
        var loaded: [(name: Point.Segment, content: MapSegment)] = []
        for segment in point.segments {
            if let kept = state?.segment(segment, of: points.job) {
                loaded.append((segment, kept))
            } else {
                let found = try referenced { () throws(StoreError) in try points.segment(segment) }
                loaded.append((segment, found.content))
                // Only to be quicker next time: a reader may have no right to write there.
                try? state?.keep(found.bytes, as: segment)
            }
        }
        self.init(loaded)
    }

    /// All layers as one.
    package func flattened() -> MapSegment {
        segments.reversed().reduce(MapSegment.empty) { below, layer in layer.content.merged(over: below) }
    }

    /// A new layer on top, merged with those below it that are no larger, so that a map of n layers costs
    /// about log n times what it says.
    ///
    /// - Returns: The stack, and the bytes of the segment that is new; nil when nothing is.
    package func adding(
        _ layer: MapSegment, job: JobObject
    ) -> (stack: MapStack, new: (name: Point.Segment, bytes: [UInt8])?) {
        guard !layer.isEmpty else { return (self, nil) }
        var content = layer
        var bytes = content.encoded(job: job.id)
        var rest = segments[...]
        while let below = rest.first,
            below.name.length <= bytes.count || rest.count >= MapSegment.maximumStack
        {
            content = content.merged(over: below.content)
            bytes = content.encoded(job: job.id)
            rest = rest.dropFirst()
        }
        let name = Point.Segment(name: SHA256Hasher.hash(bytes.span), length: bytes.count)
        return (MapStack([(name, content)] + rest), (name, bytes))
    }
}
