internal import BackupStream
internal import DeltaSync
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Tells the points of this host's source from those of others.
struct SourceKinship: Sendable {
    let origin: SourceOrigin

    init(_ origin: SourceOrigin) { self.origin = origin }

    func of(_ point: Point, isKnown: Bool) -> Kinship {
        guard let older = SourceOrigin(facts: point.sourceFacts, of: point.sourceTime) else {
            return isKnown ? .same : .forged
        }
        return origin.difference(from: older, isKnown: isKnown).map { .other($0) } ?? .same
    }
}

extension JobContext {
    /// Where the points of this job come from, by the configuration.
    var origin: SourceOrigin {
        let source = job.source.specification
        return SourceOrigin(
            .init(
                kind: source.kind, label: source.label, hostName: session.hostName,
                machine: session.machine.machine, hardware: session.machine.hardware))
    }

    /// Whose a job is that a store has and this host has never known; nil where it is this host's.
    ///
    /// Its secret would be taken over from whoever made it: somebody who knows it can make blocks that look unchanged.
    func stranger(_ repository: Repository) throws(StoreError) -> String? {
        let kinship = SourceKinship(origin)
        for generation in try repository.generations().suffix(Self.mostLooked).reversed() {
            guard let found = try repository.undamaged(generation) else { continue }
            let maker = found.receipt.maker.map { ", committed by \($0)" } ?? ""
            switch kinship.of(found.point, isKnown: false) {
            case .same: return nil
            case .other(let source): return "its newest point, \(found.point.id), is of \(source)\(maker)"
            case .forged: continue
            }
        }
        return "it has no point of this host; it was made at \(repository.job.created)"
    }

    private static let mostLooked = 64

    /// Whose a job is that a store has, for people; of this host's points, too.
    func origins(_ repository: Repository) throws(StoreError) -> String {
        if let stranger = try stranger(repository) { return stranger }
        guard let newest = try repository.newestUndamaged() else { return "it has no point that can be read" }
        return "its newest point, \(newest.point.id), is of \(origin.description), as are this host's"
    }

    /// What is said of a job that is not this host's.
    func notOurs(_ target: Name, _ whose: String) -> CommandFailure {
        CommandFailure(
            .notFound, "target \(target) has a job \(job.name) that this host does not know: \(whose)",
            hint:
                "use another job name here; if it is this host's: hybridrep init \(target) --job \(job.name) --adopt"
        )
    }
}
