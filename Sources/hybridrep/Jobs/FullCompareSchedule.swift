internal import DeltaSync
internal import Platform

/// When blocks that look unchanged are compared with the base byte by byte all the same (`full-compare`).
///
/// The image of such a run is written in full: one that shares blocks with the base would share their damage.
struct FullCompareSchedule {
    let context: JobContext

    /// True when some target's base is due.
    var isAnyDue: Bool { context.job.targets.value.contains { isDue($0) } }

    func isDue(_ target: Name) -> Bool {
        guard let last = context.state.compared(target) else { return true }
        let now = context.session.clock.now.seconds
        // A clock that was set back must not put it off.
        return last.seconds > now || now - last.seconds >= Int64(context.job.fullCompare.value.seconds)
    }

    /// Tells what a comparison found, and remembers that there was one.
    func done(_ result: PushResult, _ target: Name) {
        // Without the base's bytes it is due until there are some; a first point has nothing to compare with.
        guard result.comparison != nil || result.parentID == nil else { return }
        if let comparison = result.comparison, !comparison.isClean { warn(of: comparison, target) }
        do {
            try context.state.rememberCompared(target, at: context.session.clock.now)
        } catch {
            context.session.console.warning(
                "the full comparison with \(target) will be done again: \(error)", job: context.job.name)
        }
    }

    private func warn(of comparison: FullComparison.Result, _ target: Name) {
        if let first = comparison.collisions.first {
            context.session.console.warning(
                "\(comparison.collisions.count) blocks, the first at byte \(first), differ from the base of \(target) although "
                    + "their fingerprints are the same: somebody knows the job's secret; the blocks were shipped",
                job: context.job.name)
        }
        if let first = comparison.damagedBase.first {
            context.session.console.warning(
                "\(comparison.damagedBase.count) blocks of the base of \(target) on this host, the first at byte \(first), are "
                    + "damaged: check the disk of the spool; what the target has is not affected",
                job: context.job.name)
        }
    }
}
