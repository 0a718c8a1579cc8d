internal import Image
package import OffsiteStore
package import Platform
package import StoreFormat

/// Rebuilds a point's image, or parts of it, in image order, and verifies it on the way.
///
/// One thread fetches, verifies and delivers; others decode. What is fetched, kept and decoded at once has fixed
/// bounds (docs/decisions/0008-restore-in-steps.md).
package struct ImageReader {
    private let repository: Repository
    package let point: Point
    let map: LayeredMap
    private let runs: [FingerprintRun]
    /// Counts each record that is decoded; nil if not wanted.
    package var decodes: DecodeCount?
    /// Threads that decode.
    package var threads = DecodingTask.threads
    /// Steps that are being decoded or wait to be handed on.
    private var mostUnderWay: Int { threads + 2 }

    /// - Parameters:
    ///   - state: This host's copies of map segments; nil if it has none.
    ///   - scratch: For what of the map must be fetched.
    package init(
        _ point: Point, in repository: Repository, state: (any MapCache)?, _ scratch: ScratchFolder
    ) throws(SyncError) {
        self.repository = repository
        self.point = point
        map = try LayeredMap(of: point, from: repository, state: state, scratch)
        runs = try map.runs(of: point)
    }

    /// Bytes of the image without its zeros.
    package var dataBytes: Int { dataBytes(of: 0..<point.layout.length) }

    /// The same of a part of it.
    func dataBytes(of range: Range<Int>) -> Int {
        runs.reduce(range.count) { rest, run in
            guard case .zero = run.source else { return rest }
            return rest - range.clamped(to: run.offset..<run.end).count
        }
    }

    var fingerprints: ImageFingerprints {
        ImageFingerprints(
            layout: point.layout, runs: runs, fingerprinter: Fingerprinter(secret: repository.job.secret),
            digest: point.imageDigest)
    }

    /// Passes the image's bytes to `body`, each after its block was verified.
    ///
    /// - Throws: `damaged`, naming the first byte that is not what it was, or what cannot be read.
    package func run(
        _ progress: (_ doneBytes: Int) throws(SyncError) -> Void,
        into body: (Span<UInt8>) throws(SyncError) -> Void
    ) throws(SyncError) {
        var failure: SyncError?
        withoutActuallyEscaping(body) { body in
            do throws(SyncError) {
                try run([0..<point.layout.length], progress, into: StreamSink(body))
            } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// A small part of the image: whole extents.
    ///
    /// Proven by the map's fingerprints, which the point names.
    package func bytes(_ range: Range<Int>) throws(SyncError) -> [UInt8] {
        var bytes: [UInt8] = []
        let sink = StreamSink { bytes.append(copying: $0) }
        _ = try deliver([range], { _ in }, into: sink)
        return bytes
    }

    /// Delivers the image's bytes at `ranges`, and verifies the image.
    ///
    /// - Parameter ranges: Whole blocks, rising and apart; all that the map does not know must be among them.
    /// - Throws: `damaged` when a block is not what its fingerprint says, or all of them do not have the image digest.
    func run(
        _ ranges: [Range<Int>], _ progress: (_ doneBytes: Int) throws(SyncError) -> Void,
        into sink: any ImageSink
    ) throws(SyncError) {
        let known = try knownVerdict()
        let found = try deliver(ranges, progress, into: sink)
        if known.isProven { return }
        guard try fingerprints.verdict(found).isProven else { throw wrongDigest }
    }

    /// The verdict of the map's fingerprints on the image.
    ///
    /// - Throws: `damaged` when all of them are known and are not those of its digest.
    func knownVerdict() throws(SyncError) -> ImageFingerprints.Verdict {
        let known = try fingerprints.verdict()
        guard known.isProven || known.unknownBlocks > 0 else { throw wrongDigest }
        return known
    }

    /// The same as ``run(_:_:into:)``, for an image that may have been verified without the bytes at `ranges`.
    func fetch(
        _ ranges: [Range<Int>], isProven: Bool, _ progress: (_ doneBytes: Int) throws(SyncError) -> Void,
        into sink: any ImageSink
    ) throws(SyncError) {
        if isProven {
            _ = try deliver(ranges, progress, into: sink)
        } else {
            try run(ranges, progress, into: sink)
        }
    }

    var wrongDigest: SyncError { .damaged("the image of point \(point.id) does not have its digest") }

    /// Delivers the image's bytes at `ranges`, each block verified by its fingerprint.
    ///
    /// - Returns: The fingerprints of those that the map does not know.
    func deliver(
        _ ranges: [Range<Int>], _ progress: (_ doneBytes: Int) throws(SyncError) -> Void,
        into sink: any ImageSink
    ) throws(SyncError) -> [Fingerprint] {
        let locations = try syncing { () throws(StoreError) in try repository.frames() }
        var deltas = DeltaTables(repository, locations)
        var output = ProvenOutput(
            BlockVerifier(fingerprints.layout, fingerprints.runs, fingerprints.fingerprinter), sink,
            DecodingTask.workers(threads: threads, counting: decodes))
        var pieces = MapWalker(map, ranges, point)
        var known = FingerprintLookup(runs)
        let trials =
            locations.copies.isEmpty
            ? nil : CopyTrials(repository, locations, fingerprints)
        while let some = try pieces.next() {
            try requireData(some, &known)
            guard let plan = try plan(some, &deltas, trials) else {
                try trials?.make(some) { (step) throws(SyncError) in
                    try output.give(step, progress)
                }
                continue
            }
            let feed = FrameFetcher(plan, repository, locations)
            for (number, step) in plan.steps.enumerated() {
                let parts = try feed.take(number)
                try output.give(
                    DecodingTask(pieces: step.pieces, parts: parts, length: step.length),
                    mostUnderWay: mostUnderWay, progress)
            }
        }
        return try output.finish(progress)
    }
}

extension ImageReader {
    /// The plan for pieces of the image; nil if there are several copies to choose from.
    private func plan(
        _ pieces: [MapEntry], _ deltas: inout DeltaTables, _ trials: CopyTrials?
    ) throws(SyncError) -> RestorePlan? {
        do throws(SyncError) {
            try deltas.load(pieces)
            let plan = try RestorePlan(pieces, deltas)
            if let trials, try trials.concern(plan.frames.keys) { return nil }
            return plan
        } catch {
            // Other copies may have what the usual ones have not.
            guard trials != nil, case .damaged = error else { throw error }
            return nil
        }
    }

    /// No record is where the fingerprints say that all is zero: to decode those would be work for nothing.
    private func requireData(
        _ pieces: [MapEntry], _ known: inout FingerprintLookup
    ) throws(SyncError) {
        for piece in pieces where piece.source != .zero {
            guard known.isZero(piece.offset..<piece.end) else { continue }
            throw .damaged(
                "the map of point \(point.id) has a record for byte \(piece.offset), and says that it is zero"
            )
        }
    }
}

/// Steps that other threads decode, verified and delivered in order.
private struct ProvenOutput: ~Copyable {
    private var proof: BlockVerifier
    private let sink: any ImageSink
    private let workers: OrderedWorkers<DecodingTask, DecodingTask.Outcome>
    private var doneBytes = 0

    init(
        _ proof: consuming BlockVerifier, _ sink: any ImageSink,
        _ workers: OrderedWorkers<DecodingTask, DecodingTask.Outcome>
    ) {
        self.proof = proof
        self.sink = sink
        self.workers = workers
    }

    mutating func give(
        _ work: DecodingTask, mostUnderWay: Int, _ progress: (Int) throws(SyncError) -> Void
    ) throws(SyncError) {
        while workers.underWay >= mostUnderWay { try emit(progress) }
        workers.give(work)
    }

    /// Takes a step that is decoded, after those that are under way.
    mutating func give(
        _ step: DecodedStep, _ progress: (Int) throws(SyncError) -> Void
    ) throws(SyncError) {
        while workers.underWay > 0 { try emit(progress) }
        try emit(step, progress)
    }

    consuming func finish(_ progress: (Int) throws(SyncError) -> Void) throws(SyncError) -> [Fingerprint] {
        while workers.underWay > 0 { try emit(progress) }
        return try proof.finish()
    }

    private mutating func emit(_ progress: (Int) throws(SyncError) -> Void) throws(SyncError) {
        guard let outcome = workers.take() else { return }
        try emit(try outcome.get(), progress)
    }

    private mutating func emit(
        _ step: DecodedStep, _ progress: (Int) throws(SyncError) -> Void
    ) throws(SyncError) {
        var start = 0
        for run in step.runs {
            if run.isZero {
                try proof.append(zeros: run.range)
                try sink.writeZeros(run.range)
            } else {
                let bytes = step.bytes.span.extracting(start..<start + run.range.count)
                start += run.range.count
                try proof.append(bytes, at: run.range.lowerBound)
                try sink.write(bytes, at: run.range.lowerBound)
            }
            doneBytes += run.range.count
        }
        try progress(doneBytes)
    }
}
