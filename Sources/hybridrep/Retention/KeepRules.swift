internal import OffsiteStore
internal import Platform

/// Which points a job keeps at a target, and where its days begin.
struct KeepRules {
    let policy: KeepPolicy
    let calendar: CivilCalendar

    var retention: Retention { Retention(policy, calendar: calendar) }
}

extension JobContext {
    /// The target's own rules, else the job's; nil where nobody has said what may go.
    func keepRules(at target: TargetConfiguration) -> KeepRules? {
        let keep = target.keep ?? job.keep
        let rules = KeepRules(policy: keep.policy, calendar: keep.calendar)
        return rules.policy.isEmpty ? nil : rules
    }
}
