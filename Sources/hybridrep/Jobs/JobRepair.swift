internal import OffsiteStore
internal import Platform

/// Takes from other stores of a job what is damaged in one.
struct JobRepair {
    private let ends: CopyEnds
    private let opened: StoreSelection.Opened
    private var session: Session { ends.session }

    /// - Parameter opened: The damaged one.
    init(_ ends: CopyEnds, _ opened: StoreSelection.Opened) {
        self.ends = ends
        self.opened = opened
    }

    /// Asks one store after the other for what those before it did not have.
    ///
    /// - Returns: What is whole again.
    func mend(
        _ damage: [CheckReport.Damage], from places: [String]
    ) throws -> [CheckReport.Damage] {
        var rest = damage
        var mended: [CheckReport.Damage] = []
        for place in places where !rest.isEmpty {
            do {
                let found = try mend(rest, from: place)
                mended += found
                rest.removeAll { damaged in found.contains { $0.object == damaged.object } }
            } catch {
                let failure = CommandFailure(wrapping: error)
                guard failure.verdict != .locked, Interruption.cause == nil else { throw failure }
                session.console.warning(
                    "nothing is mended from \(place): \(failure.message)", job: opened.job,
                    target: opened.target)
            }
        }
        return mended
    }

    private func mend(_ damage: [CheckReport.Damage], from place: String) throws -> [CheckReport.Damage] {
        let source = try ends.open(place).store
        let repair = try StoreRepair(of: opened.store, job: opened.job, from: source)
        var done = 0
        let mended = try repair.run(damage, holder: session.holder) { (bytes) throws(StoreError) in
            done += bytes
            session.console.progress(Progress(label: "mend \(opened.job) from \(place)", doneBytes: done))
            if Interruption.cause != nil { throw .interrupted }
        }
        try source.close()
        return mended
    }
}
