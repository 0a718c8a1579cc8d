internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// The rules of `keep` on the command line; where any is given, none of the configuration's holds.
struct KeepOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Keep this many newest fulls.", valueName: "n")) var keepLast: Int?
    @Option(help: ArgumentHelp("Keep every full younger than this.", valueName: "duration"))
    var keepWithin: TimeSpan?
    @Option(
        help: ArgumentHelp("Keep one full for each of the last hours, up to this number.", valueName: "n"))
    var keepHourly: Int?
    @Option(help: ArgumentHelp("Keep one full for each of the last days, up to this number.", valueName: "n"))
    var keepDaily: Int?
    @Option(
        help: ArgumentHelp("Keep one full for each of the last weeks, up to this number.", valueName: "n"))
    var keepWeekly: Int?
    @Option(
        help: ArgumentHelp("Keep one full for each of the last months, up to this number.", valueName: "n"))
    var keepMonthly: Int?
    @Option(
        help: ArgumentHelp("Keep one full for each of the last years, up to this number.", valueName: "n"))
    var keepYearly: Int?
    @Option(help: ArgumentHelp("Keep every log point younger than this.", valueName: "duration"))
    var keepLogs: TimeSpan?
    @Option(help: ArgumentHelp("Forget nothing while there are fewer good fulls than this.", valueName: "n"))
    var minPoints: Int?
    @Option(help: ArgumentHelp("Forget no point younger than this.", valueName: "duration"))
    var minAge: TimeSpan?
    @Option(
        help: ArgumentHelp(
            "Time zone of days and hours, as in Europe/Berlin; default: UTC.", valueName: "zone"))
    var timeZone: String?

    private var counts: [Int?] {
        [keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly, minPoints]
    }

    func validate() throws {
        guard counts.allSatisfy({ $0 ?? 0 >= 0 }) else { throw ValidationError("a count is 0 or more") }
        if let timeZone, CivilCalendar(zone: timeZone) == nil {
            throw ValidationError(
                "--time-zone \(timeZone) is unknown to this system: as in Europe/Berlin")
        }
        guard rules == nil, minPoints != nil || minAge != nil || timeZone != nil else { return }
        throw ValidationError("--min-points, --min-age and --time-zone go with one of the --keep options")
    }

    /// Nil where none is given.
    var rules: KeepRules? {
        var policy = KeepPolicy()
        policy.last = keepLast ?? 0
        policy.periods = [
            .hour: keepHourly ?? 0, .day: keepDaily ?? 0, .week: keepWeekly ?? 0, .month: keepMonthly ?? 0,
            .year: keepYearly ?? 0,
        ]
        policy.within = keepWithin.map { Int64($0.seconds) }
        policy.logs = keepLogs.map { Int64($0.seconds) }
        guard !policy.isEmpty else { return nil }
        policy.minPoints = max(1, minPoints ?? 1)
        policy.minAge = Int64(minAge?.seconds ?? 0)
        return KeepRules(policy: policy, calendar: timeZone.flatMap { CivilCalendar(zone: $0) } ?? .utc)
    }
}
