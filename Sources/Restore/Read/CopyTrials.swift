internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Makes parts of an image of whose frames there are several copies with different bytes.
///
/// The copies are tried until the blocks have their fingerprints: whoever reads need not know which copy is the right one, and
/// one may be right for some blocks only. It is slower than a restore in steps, and only for what such frames are needed for.
final class CopyTrials {
    /// Choices that are tried for a part that cannot be made smaller.
    private static let mostTries = 64
    /// Packs that are avoided in turn.
    private static let mostPacks = 16
    /// Of the parts that are made at once.
    private static let mostBytes = 4 << 20
    private static let decoderBudget = 16 << 20

    private let repository: Repository
    private let locations: FrameIndex
    private let fingerprints: ImageFingerprints
    /// Of the frames with several copies that were met, whether these have different bytes.
    private var known: [FrameID: Bool] = [:]
    /// The packs of those that have.
    private var packs: Set<Digest256> = []
    /// The same without the copies that count.
    private var usualPacks: Set<Digest256> = []
    /// The choice that made the last part right.
    private var choice = FrameIndex.CopyChoice()
    /// Frames that the try under way has looked at.
    private var touched: Set<FrameID> = []

    init(
        _ repository: Repository, _ locations: FrameIndex, _ fingerprints: ImageFingerprints
    ) {
        self.repository = repository
        self.locations = locations
        self.fingerprints = fingerprints
    }

    /// True if one of these frames has copies with different bytes.
    func concern(_ frames: some Sequence<FrameID>) throws(SyncError) -> Bool {
        var isConcerned = false
        for frame in frames where try differs(frame) { isConcerned = true }
        return isConcerned
    }

    /// Makes pieces of the image, in their order.
    ///
    /// - Throws: `damaged` where no copies make a part right: what is wrong with the copies that count.
    func make(
        _ pieces: [MapEntry], into body: (DecodedStep) throws(SyncError) -> Void
    ) throws(SyncError) {
        var rest = parts(of: pieces)[...]
        while !rest.isEmpty {
            var bytes = 0
            let some = rest.prefix { part in
                defer { bytes += part.reduce(0) { $0 + ($1.source == .zero ? 0 : $1.length) } }
                return bytes < Self.mostBytes
            }
            rest = rest.dropFirst(some.count)
            try make(some, into: body)
        }
    }

    /// Cuts pieces wherever the image has a whole block.
    private func parts(of pieces: [MapEntry]) -> [[MapEntry]] {
        var parts: [[MapEntry]] = []
        for piece in pieces {
            if let last = parts.last?.last, last.end == piece.offset, !isEdge(piece.offset) {
                parts[parts.count - 1].append(piece)
            } else {
                parts.append([piece])
            }
        }
        return parts
    }

    /// True if a block begins there.
    private func isEdge(_ offset: Int) -> Bool {
        guard let number = fingerprints.layout.extent(at: offset) else { return true }
        let extent = fingerprints.layout.extents[number]
        return (offset - extent.offset) % extent.blockSize == 0
    }

    private func make(
        _ parts: ArraySlice<[MapEntry]>, into body: (DecodedStep) throws(SyncError) -> Void
    ) throws(SyncError) {
        let pieces = Array(parts.joined())
        var failure: SyncError?
        for choice in try choices(for: pieces) {
            do throws(SyncError) {
                let step = try decode(pieces, choice)
                self.choice = choice
                return try body(step)
            } catch {
                guard case .damaged = error else { throw error }
                failure = failure ?? error
            }
        }
        if parts.count > 1 {
            let middle = parts.startIndex + parts.count / 2
            try make(parts[..<middle], into: body)
            return try make(parts[middle...], into: body)
        }
        guard let step = try search(pieces) else { throw failure ?? .damaged("no copy can be read") }
        try body(step)
    }

    /// Choices to try for parts of any size: the last right one, the usual copies, and those of other packs.
    private func choices(for pieces: [MapEntry]) throws(SyncError) -> [FrameIndex.CopyChoice] {
        for piece in pieces {
            if case .record(let frame, _, _, _) = piece.source { _ = try differs(frame) }
        }
        var choices = [choice]
        func add(_ avoided: Set<Digest256>) {
            var other = FrameIndex.CopyChoice()
            other.avoided = avoided
            if !choices.contains(other) { choices.append(other) }
        }
        add([])
        add(usualPacks)
        for pack in packs.sorted().prefix(Self.mostPacks) { add([pack]) }
        return choices
    }

    /// Chooses frame by frame, those first that differ least from what was tried.
    private func search(_ pieces: [MapEntry]) throws(SyncError) -> DecodedStep? {
        var queue = [choice]
        var seen: Set<[FrameID: Digest256]> = [choice.packs]
        var tried = 0
        while tried < min(queue.count, Self.mostTries) {
            let next = queue[tried]
            tried += 1
            do throws(SyncError) {
                let step = try decode(pieces, next)
                choice = next
                return step
            } catch {
                guard case .damaged = error else { throw error }
            }
            let index = locations.choosing(next)
            for frame in touched.sorted() where try differs(frame) && queue.count < Self.mostTries {
                for place in locations.places(of: frame) where place != index[frame] {
                    var other = next
                    other.packs[frame] = place.pack
                    if seen.insert(other.packs).inserted { queue.append(other) }
                }
            }
        }
        return nil
    }

    /// Decodes pieces by these copies, and verifies the blocks that the map has fingerprints of.
    private func decode(
        _ pieces: [MapEntry], _ choice: FrameIndex.CopyChoice
    ) throws(SyncError) -> DecodedStep {
        let index = locations.choosing(choice)
        touched = []
        var deltas = DeltaTables(repository, index) { (frame) throws(SyncError) in
            self.touched.insert(frame)
            return false
        }
        try deltas.load(pieces)
        let plan = try RestorePlan(pieces, deltas)
        touched.formUnion(plan.frames.keys)
        let feed = FrameFetcher(plan, repository, index)
        var decoder = try RecordDecoder(budget: Self.decoderBudget)
        var result = DecodedStep()
        for (number, step) in plan.steps.enumerated() {
            let parts = try feed.take(number)
            for piece in step.pieces {
                guard case .record(let frame, let record, let offset, _) = piece.source else { continue }
                try decoder.append(
                    offset..<offset + piece.length, of: RecordAddress(frame, record), from: parts,
                    to: &result.bytes)
            }
            result.add(step.pieces)
        }
        try prove(result)
        return result
    }

    private func prove(_ step: DecodedStep) throws(SyncError) {
        var proof = BlockVerifier(fingerprints.layout, fingerprints.runs, fingerprints.fingerprinter)
        var start = 0
        for run in step.runs {
            if run.isZero {
                try proof.append(zeros: run.range)
                continue
            }
            try proof.append(
                step.bytes.span.extracting(start..<start + run.range.count), at: run.range.lowerBound)
            start += run.range.count
        }
        _ = try proof.finish()
    }

    private func differs(_ frame: FrameID) throws(SyncError) -> Bool {
        guard locations.copies[frame] != nil else { return false }
        if let known = known[frame] { return known }
        let places = locations.places(of: frame)
        let first = try places.first.map { (place) throws(SyncError) in try bytes(place) } ?? nil
        var differs = first == nil
        for place in places.dropFirst() where try bytes(place) != first { differs = true }
        known[frame] = differs
        guard differs else { return false }
        packs.formUnion(places.map(\.pack))
        usualPacks.formUnion(places.prefix(1).map(\.pack))
        return true
    }

    /// A copy; nil for one that cannot be read.
    private func bytes(_ place: FrameIndex.Location) throws(SyncError) -> [UInt8]? {
        do throws(StoreError) {
            return try repository.store.read(
                repository.pack(place.pack), at: place.entry.offset, count: place.entry.length)
        } catch {
            guard error.isDamage else { throw .store(error) }
            return nil
        }
    }
}
