internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// Knows which points of a target this host committed itself, and who made the newer ones.
///
/// A push builds only upon what it knows. A client that may add points could have made one that is well formed and
/// whose map is false: taken as a base, it would spoil every point after it.
struct Lineage {
    /// Points that nobody here has seen which are looked at, the newest of them.
    private static let mostStrangers = 64

    /// The newest point that this host has committed, by its digest; nil where it remembers none that is there.
    let known: StoredPoint?
    /// The full that the known point continues, or that point itself.
    let knownFull: StoredPoint?
    /// Points that are newer and may be this host's, made before its state was lost or put back; the newest first.
    private(set) var candidates: [StoredPoint] = []
    /// Points that are newer and that no run of this program has made, that another key than the owner's has
    /// committed, or whose image is far larger than anything vouches for; the newest first.
    private(set) var forged: [PushResult.Stranger] = []
    static let forgedFacts = "its facts are not its own: no run of hybridrep has made it"
    /// Points newer than the newest that this host knows; none where it knows none.
    private let newer: [UInt64]
    /// The newest point of another host or source, and which; nil where there is none.
    private(set) var other: (point: StoredPoint, source: String)?

    /// - Parameters:
    ///   - own: The points that this host has committed to the target, as far as it remembers.
    ///   - adopts: Points of other sources are this host's, too.
    ///   - kinship: Of a point, and whether this host has committed it.
    init(
        _ history: PointChain, own: [Point.Reference], adopts: Bool, kinship: (StoredPoint, Bool) -> Kinship
    ) throws(SyncError) {
        var known: StoredPoint?
        for reference in own.sorted(by: { $0.generation > $1.generation }) where known == nil {
            known = try history.point(reference.generation).flatMap { $0.reference == reference ? $0 : nil }
        }
        self.known = known
        knownFull = try known.flatMap { (known) throws(SyncError) in
            guard let full = known.point.full else { return known }
            return try history.point(full.generation).flatMap { $0.reference == full ? $0 : nil }
        }
        if let known, history.head == known, !adopts, case .other(let source) = kinship(known, true) {
            other = (known, source)
        }
        let newer = history.generations.filter { $0 > known?.point.generation ?? 0 }
        self.newer = known == nil ? [] : newer
        for generation in newer.suffix(Self.mostStrangers).reversed() {
            guard let found = try history.point(generation) else { continue }
            if let (kind, reason) = try history.strangeness(of: found) {
                forged.append(PushResult.Stranger(point: found.reference, kind: kind, reason: reason))
                continue
            }
            switch kinship(found, false) {
            case .same: candidates.append(found)
            case .forged: forged.append(PushResult.Stranger(point: found.reference, reason: Self.forgedFacts))
            case .other where adopts: candidates.append(found)
            case .other(let source):
                // Without memory, what is older than the newest of this host's points is no matter of this push.
                if known != nil || candidates.isEmpty { other = other ?? (found, source) }
            }
        }
    }

    /// The newer points of which nobody has found out whose they are: there were too many, or one was enough.
    func unexamined(besides strangers: [PushResult.Stranger], base: UInt64?) -> [UInt64] {
        let examined = Set(strangers.map(\.point.generation) + [base].compactMap { $0 })
        return newer.filter { !examined.contains($0) }
    }

    /// The points that a full may be built upon, the best first, and whether each must be verified first.
    func bases(ofAtMost length: Int) -> [(point: StoredPoint, isKnown: Bool)] {
        let fulls = candidates.filter { $0.point.kind == .full && isPlausible($0.point, ofAtMost: length) }
        let unproved = fulls.prefix(knownFull == nil ? 3 : 1).map { (point: $0, isKnown: false) }
        return unproved + [knownFull].compactMap { $0 }.map { (point: $0, isKnown: true) }
    }

    /// The full with this image that logs may continue, and what a point of them may be built upon.
    func base(
        ofLogsOf image: Digest256, ofAtMost length: Int
    ) -> (full: StoredPoint, base: StoredPoint, isKnown: Bool)? {
        if let full = knownFull, let known, full.point.imageDigest == image { return (full, known, true) }
        let full = candidates.first { $0.point.kind == .full && isPlausible($0.point, ofAtMost: length) }
        guard let full, full.point.imageDigest == image else { return nil }
        return (full, full, false)
    }

    /// Points newer than the base that nobody has examined, since each says that its image is far longer than any that this
    /// host knows; none where it knows none.
    func oversized(ofMoreThan length: Int, after base: UInt64) -> [PushResult.Stranger] {
        guard known != nil else { return [] }
        return candidates.filter {
            $0.point.kind == .full && $0.point.generation > base && !isPlausible($0.point, ofAtMost: length)
        }.map {
            let size = HumanQuantity.bytes($0.point.layout.length)
            return PushResult.Stranger(
                point: $0.reference,
                reason: "its image has \(size), far more than any that this host has shipped")
        }
    }

    /// Whether a point that nobody here knows is of a size that can be proved: its map costs its maker nothing.
    private func isPlausible(_ point: Point, ofAtMost length: Int) -> Bool {
        let most = max(length, knownFull?.point.layout.length ?? 0)
        return point.layout.length / 4 <= most + (16 << 20)
    }
}

/// Compares the source of an older point, by its facts, with the source that is shipped now.
package enum Kinship: Equatable, Sendable {
    /// The same host and the same source, or nothing that says otherwise.
    case same
    /// Another host or another source; for people, as in `file /x/a.bak on alpha`.
    case other(String)
    /// The facts are not those of the point that they are in: no run of this program has made it.
    case forged
}

/// Chooses the base of a push: a point that this host committed, or one that it has verified.
extension Push {
    /// - Throws: `wrongStore` where the target's points are of another host or source, and nobody has said that this one takes over.
    func lineage(
        of history: PointChain, _ left: InterruptedPushes, _ request: PushRequest
    ) throws(SyncError) -> Lineage {
        let intended = left.intent.map { Point.Reference(generation: $0.generation, digest: $0.point) }
        let own = [state.target(target)?.reference, intended].compactMap { $0 }
        let isAdopted = history.head.map { state.adopted(target) == $0.reference } ?? false
        let lineage = try Lineage(history, own: own, adopts: request.adopts || isAdopted) {
            request.kinship($0.point, $1)
        }
        guard let other = lineage.other else { return lineage }
        throw .wrongStore(
            "point \(other.point.point.id) of target \(target) is of another source, \(other.source): nothing is shipped",
            hint:
                "use another job name here; if this source takes job \(job.name) over: hybridrep run \(job.name) --adopt"
        )
    }

    /// The point that is built upon, nil for none, and the full that a log point continues.
    ///
    /// - Throws: `fullMissing` for logs of a full that is not the newest that this host knows.
    func choose(
        _ request: PushRequest, _ lineage: Lineage, _ strangers: inout [PushResult.Stranger]
    ) throws(SyncError) -> (point: StoredPoint?, full: StoredPoint?) {
        let length = request.image.signature.layout.length
        switch request.kind {
        case .full:
            for (point, isKnown) in lineage.bases(ofAtMost: length) {
                if isKnown { return (point, nil) }
                if try proves(point, &strangers) { return (point, nil) }
            }
            return (nil, nil)
        case .logs(let image):
            guard let found = lineage.base(ofLogsOf: image, ofAtMost: length) else {
                throw .fullMissing(image)
            }
            if !found.isKnown {
                guard try proves(found.full, &strangers) else { throw .fullMissing(image) }
            }
            return (found.base, found.full)
        }
    }

    /// Whether a point's image can be made again and has its digest: every byte of it is decoded.
    private func proves(
        _ stored: StoredPoint, _ strangers: inout [PushResult.Stranger]
    ) throws(SyncError) -> Bool {
        do throws(SyncError) {
            let rebuild = try ImageReader(stored.point, in: repository, state: state, scratch)
            try rebuild.run({ _ in }) { _ in }
            return true
        } catch {
            guard case .damaged(let reason) = error else { throw error }
            strangers.append(PushResult.Stranger(point: stored.reference, reason: reason))
            return false
        }
    }
}
