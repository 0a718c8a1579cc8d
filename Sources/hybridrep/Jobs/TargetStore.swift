internal import DeltaSync
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// A store by the name it has in the configuration, so that messages about what is missing there can be typed.
///
/// Where this host has shipped to a store that is not there, it makes no second one: the disk may not be mounted.
final class TargetStore: ForwardingStore {
    let base: any ObjectStore
    private let target: Name
    /// The jobs of this host that were shipped to the target before.
    private let shipped: () -> [Name]
    /// The job that is at work; nil for none in particular.
    private let job: Name?
    /// A new store may take the place of one that is missing.
    private let mayBeNew: Bool

    init(
        _ base: any ObjectStore, _ target: Name, job: Name?, mayBeNew: Bool = false,
        shipped: @escaping () -> [Name]
    ) {
        self.base = base
        self.target = target
        self.job = job
        self.mayBeNew = mayBeNew
        self.shipped = shipped
    }

    func length(of key: ObjectKey) throws(StoreError) -> Int? {
        if let length = try base.length(of: key) { return length }
        switch key {
        case .store: throw missingStore(shipped())
        case .job(let job): throw missing(job)
        default: return nil
        }
    }

    func initialise(_ object: StoreObject) throws(StoreError) -> Bool {
        let known = mayBeNew ? [] : shipped()
        guard !known.isEmpty, try base.length(of: .store) == nil else { return try base.initialise(object) }
        throw missingStore(known)
    }

    private func missingStore(_ known: [Name]) -> StoreError {
        guard let first = known.first else {
            return StoreError(
                .notFound, "open", label, "there is no store",
                hint: "make it with: hybridrep init \(target)" + (job.map { " --job \($0)" } ?? ""))
        }
        let whose = job.map(known.contains) == true ? "this job" : "job \(first)"
        return StoreError(
            .notFound, "open", label,
            "there is no store; the store that \(whose) was shipped to is not there: is the disk mounted?",
            hint: "mount it; to begin a new store in its place: hybridrep init \(target) --new")
    }

    private func missing(_ job: Name) -> StoreError {
        let wasShipped = shipped().contains(job)
        return StoreError(
            .notFound, "open", "job \(job)",
            "\(label) has no such job"
                + (wasShipped ? ", and this job was shipped there: is it the right disk?" : ""),
            hint: (wasShipped ? "mount the right one; if this one is meant: " : "make it with: ")
                + "hybridrep init \(target) --job \(job)")
    }
}

extension Configuration {
    /// The jobs of this host that were shipped to a target before, as its state remembers.
    func shippedJobs(to target: Name, _ files: any FileSystem) -> [Name] {
        jobs.map(\.name).filter {
            JobState(folder: state.value, job: $0, files: files).target(target) != nil
        }
    }
}
