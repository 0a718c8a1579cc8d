internal import Image
package import OffsiteStore
internal import Platform

/// Makes a point's image again, in image order, and proves it on the way.
package struct ImageRebuild {
    private let store: any ObjectStore
    private let points: PointReader
    package let point: Point
    private let map: MapSegment
    /// Zeros and decoded bytes are handed on in pieces of at most this.
    private static let pieceBytes = 1 << 20

    package init(
        _ point: Point, from store: any ObjectStore, _ points: PointReader, state: JobState?
    ) throws(SyncError) {
        self.store = store
        self.points = points
        self.point = point
        map = try MapStack(of: point, from: points, state: state).flattened()
    }

    /// Hands the image's bytes to `sink`, then checks its digest.
    ///
    /// - Throws: `damaged`, naming the first byte that is not what it was, or what cannot be read.
    package func run(
        _ progress: (_ doneBytes: Int) -> Void, into sink: (Span<UInt8>) throws(SyncError) -> Void
    ) throws(SyncError) {
        let locations = try syncing { () throws(StoreError) in
            try FrameLocations(reading: store, job: points.job, storeID: points.storeID)
        }
        var decoder = try RecordDecoder(store, job: points.job.name, locations: locations)
        var proof = BlockProof(point.layout, map.runs, Fingerprinter(secret: points.job.secret))
        let zeros = [UInt8](repeating: 0, count: Self.pieceBytes)
        let (entries, gaps) = Layer.parts(of: map.entries, in: 0..<point.layout.length)
        guard gaps.isEmpty else {
            throw .damaged("the map of point \(point.id) says nothing about byte \(gaps[0].lowerBound)")
        }
        for entry in entries {
            switch entry.source {
            case .zero:
                var left = entry.length
                while left > 0 {
                    let count = min(left, zeros.count)
                    try proof.append(zeros.span.extracting(0..<count))
                    try sink(zeros.span.extracting(0..<count))
                    left -= count
                }
            case .record(let frame, let record, let offset, _):
                let bytes = try decoder.decode(frame, record)
                guard offset + entry.length <= bytes.count else {
                    throw .damaged("record \(record) of frame \(frame) is shorter than the map says")
                }
                let piece = bytes.span.extracting(offset..<offset + entry.length)
                try proof.append(piece)
                try sink(piece)
            }
            progress(entry.end)
        }
        guard proof.finish() == point.imageDigest else {
            throw .damaged("the image of point \(point.id) does not have its digest")
        }
    }
}

/// An image's digest as its bytes pass, and the first block whose fingerprint is not the map's.
private struct BlockProof: ~Copyable {
    private var proof: ImageProof
    private let layout: ImageLayout
    private var lookup: FingerprintLookup
    private var zeros: ZeroFingerprints
    private var extent = 0

    init(_ layout: ImageLayout, _ runs: [FingerprintRun], _ fingerprinter: Fingerprinter) {
        proof = ImageProof(layout, fingerprinter)
        self.layout = layout
        lookup = FingerprintLookup(runs)
        zeros = ZeroFingerprints(fingerprinter)
    }

    mutating func append(_ bytes: Span<UInt8>) throws(SyncError) {
        var wrong: Int?
        // Copies that the closure may change: it cannot take the rest of `self`.
        var lookup = lookup
        var zeros = zeros
        var extent = extent
        proof.append(bytes) { [layout] block, found in
            while block >= layout.firstBlocks[extent + 1] { extent += 1 }
            let range = layout.extents[extent].range(ofBlock: block - layout.firstBlocks[extent])
            let expected: Fingerprint? =
                switch lookup.content(of: range) {
                case .zero: zeros.fingerprint(length: range.count)
                case .data(let fingerprint): fingerprint
                case nil: nil
                }
            // Of a block that has moved off its grid nothing is known: the image's digest proves it.
            if let expected, found != expected, wrong == nil { wrong = range.lowerBound }
        }
        self.lookup = lookup
        self.zeros = zeros
        self.extent = extent
        if let wrong { throw .damaged("byte \(wrong) of the image is not what its fingerprint says") }
    }

    consuming func finish() -> Digest256? { proof.finish() }
}
