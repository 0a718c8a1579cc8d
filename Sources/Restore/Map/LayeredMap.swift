internal import Image
package import OffsiteStore
package import Platform
package import StoreFormat

/// A point's map segments, newest first, as a stack that grows by layers.
///
/// Nothing is laid over anything until it is asked for: what is held of a map are its runs of fingerprints, and the
/// part of each segment that was read last.
package struct LayeredMap {
    package private(set) var segments: [MapSegment]
    /// Segments that the store does not have go into the next layer, whatever their size.
    private var isStored = true

    package init(_ segments: [MapSegment] = []) { self.segments = segments }

    /// The layer that replaces a map which cannot be continued as it is.
    package init(unstored segment: MapSegment) {
        segments = [segment]
        isStored = false
    }

    /// Loads a point's segments from this host where it kept them, else from the store.
    ///
    /// - Parameters:
    ///   - scratch: For the copies of those that come from the store.
    ///   - isKnown: This host has made the point itself.
    /// - Throws: `unbounded` where the image is far larger than what vouches for it (docs/decisions/0013-images-are-bounded.md).
    package init(
        of point: Point, from repository: Repository, state: (any MapCache)?, _ scratch: ScratchFolder,
        isKnown: Bool = false
    ) throws(SyncError) {
        let isBounded =
            try isKnown ? true : syncing { () throws(StoreError) in try repository.isBounded(point) }
        guard isBounded else {
            throw .unbounded(
                repository.unbounded(point),
                hint:
                    "look at it; if it is as it should be: hybridrep release \(repository.job.name) \(point.generation)"
            )
        }
        var loaded: [MapSegment] = []
        for segment in point.segments {
            if let kept = state?.segment(segment, of: repository.job) {
                loaded.append(kept)
                continue
            }
            let file = try onDisk { () throws(SystemError) in try scratch.file() }
            let found = try referenced { () throws(StoreError) in
                try repository.segment(segment, into: file)
            }
            loaded.append(found)
            // Only to be quicker next time: a reader may have no right to write there.
            try? state?.keep(found)
        }
        self.init(loaded)
    }

    /// The map's entries for a range, rising, and the parts that have none.
    package func parts(
        in range: Range<Int>
    ) throws(SyncError) -> (found: [MapEntry], gaps: [Range<Int>]) {
        var found: [MapEntry] = []
        var gaps = range.isEmpty ? [] : [range]
        for layer in segments where !gaps.isEmpty {
            var below: [Range<Int>] = []
            for gap in gaps {
                let (some, rest) = try imaging { () throws(ImageError) in
                    try layer.entries.parts(in: gap)
                }
                found += some
                below += rest
            }
            gaps = below
        }
        return (MapEntry.coalesced(found.sorted { $0.offset < $1.offset }), gaps)
    }

    /// The entries for a range of the map, which is that of `point`.
    ///
    /// - Throws: `damaged` where it says nothing.
    func pieces(in range: Range<Int>, of point: Point) throws(SyncError) -> [MapEntry] {
        let (pieces, gaps) = try parts(in: range)
        guard gaps.isEmpty else {
            throw .damaged("the map of point \(point.id) says nothing about byte \(gaps[0].lowerBound)")
        }
        return pieces
    }

    /// The fingerprints of all layers as one.
    ///
    /// - Throws: `damaged` for layers that stand for far more than they say.
    package func runs() throws(SyncError) -> [FingerprintRun] {
        var result: [FingerprintRun] = []
        for layer in segments.reversed() {
            do throws(FormatError) {
                result = try FingerprintRun.overlay(layer.runs, over: result, limit: runLimit)
            } catch { throw .damaged("a map: \(error)") }
        }
        return result
    }

    /// Blocks of data of which a map need not know the fingerprint, and how many times those of which it does.
    private static let (bareBlocks, bareShare) = (1 << 20, 16)

    /// The same of the map of `point`.
    ///
    /// - Throws: `damaged` also where the map knows next to nothing of an image that is not zero.
    package func runs(of point: Point) throws(SyncError) -> [FingerprintRun] {
        let runs = try runs()
        let image = 0..<point.layout.length
        var data = image.count
        for run in runs {
            if case .zero = run.source { data -= image.clamped(to: run.offset..<run.end).count }
        }
        var prints = 0
        for run in segments.lazy.flatMap(\.runs) {
            if case .blocks = run.source { prints = prints.saturatingAdd(run.blockCount) }
        }
        let usualBlock = max(1, image.count / max(1, point.layout.blockCount))
        guard data / usualBlock <= prints.saturatingMultiply(Self.bareShare).saturatingAdd(Self.bareBlocks)
        else {
            throw .damaged(
                "the map of point \(point.id) has \(prints) fingerprints for \(data) bytes of data")
        }
        return runs
    }

    /// Runs that all layers together may become: sound ones are cut into a few parts each.
    private var runLimit: Int { 65_536 + 4 * segments.reduce(0) { $0 + $1.runs.count } }

    /// A new layer on top, merged with those below it that are no larger, so that a map of n layers costs
    /// about log n times what it says.
    ///
    /// - Returns: The stack, and the segment that is new; nil when nothing is.
    /// - Throws: `damaged`, as ``runs()``.
    package func adding(
        _ layer: MapSegment, job: JobObject, _ scratch: ScratchFolder
    ) throws(SyncError) -> (stack: LayeredMap, new: MapSegment?) {
        guard !layer.isEmpty else { return (LayeredMap(segments), isStored ? nil : segments.first) }
        let limit = runLimit + 4 * layer.runs.count
        var top = layer
        var rest = segments[...]
        while let below = rest.first,
            // The last one has the whole image: to write that again would be the dearest part of a night.
            (rest.count == 1 ? 2 : 1) * below.name.length <= top.name.length
                || rest.count >= Point.maximumSegments || !isStored
        {
            do throws(ImageError) {
                top = try top.merged(over: below, runLimit: limit, job: job.id, scratch)
            } catch {
                guard case .format(let error, _) = error else { throw .image(error) }
                throw .damaged("a map: \(error)")
            }
            rest = rest.dropFirst()
        }
        return (LayeredMap([top] + rest), top)
    }
}

/// Keeps map segments on this host, so that they need not be read from a store again.
package protocol MapCache: Sendable {
    /// Returns a segment of a job's map; nil when it is not kept, or is damaged.
    func segment(_ segment: Point.Segment, of job: JobObject) -> MapSegment?
    func keep(_ segment: MapSegment) throws
}
