internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// Takes from other stores of a job what is damaged in one, and from this host what is damaged in its newest point.
struct JobRepair {
    private let ends: CopyEnds
    private let opened: StoreSource.Opened
    private var session: CommandContext { ends.session }

    /// - Parameter opened: The damaged one.
    init(_ ends: CopyEnds, _ opened: StoreSource.Opened) {
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
                    "nothing is repaired from \(place): \(failure.message)", job: opened.job,
                    target: opened.target)
            }
        }
        return mended
    }

    /// Ships this host's newest image again where the newest point is damaged.
    ///
    /// Older points stay as they are: nobody has their bytes any more.
    func shipAgain(_ damage: [CheckReport.Damage], newest: UInt64?) throws {
        guard let newest, let target = opened.target, damage.contains(where: { $0.points.contains(newest) })
        else { return }
        let configuration = try session.configuration(ends.options, ends.overrides)
        let context = JobContext(session, configuration, try configuration.job(opened.job.description))
        let options = try BackupOptions.parse([])
        do {
            _ = try RunRecorder("reconcile", context).recording { tally in
                try JobReconciliation(context: context, options: options, tally: tally)
                    .run(of: try context.targets(target.description))
            }
        } catch {
            let failure = CommandFailure(wrapping: error)
            guard Interruption.cause == nil else { throw failure }
            session.console.warning(
                "point \(newest) is not shipped again: \(failure.message)", job: opened.job, target: target)
        }
    }

    private func mend(_ damage: [CheckReport.Damage], from place: String) throws -> [CheckReport.Damage] {
        let source = try Repository(
            try ends.open(place, job: opened.job.description).store, job: opened.job)
        let repair = try StoreRepair(of: opened.repository, from: source)
        var done = 0
        let mended = try repair.run(damage, holder: session.holder) { (bytes) throws(StoreError) in
            done += bytes
            session.console.progress(Progress(label: "repair \(opened.job) from \(place)", doneBytes: done))
            if Interruption.cause != nil { throw .interrupted }
        }
        try source.store.close()
        return mended
    }
}
