internal import OffsiteStore
internal import Platform

/// Which recovery points are kept, by count in each period; a point kept by any rule stays.
///
/// No rule at all keeps every point (CONVENTIONS, Retention).
struct KeepConfiguration: Sendable {
    static let keys = [
        "last", "within", "hourly", "daily", "weekly", "monthly", "yearly", "logs", "min-points", "min-age",
        "time-zone",
    ]

    /// Newest fulls.
    let last: Setting<Int>
    /// Every full younger than this.
    let within: Setting<TimeSpan?>
    /// Newest full of each of this many hours, days, weeks, months, years that have one.
    let hourly: Setting<Int>
    let daily: Setting<Int>
    let weekly: Setting<Int>
    let monthly: Setting<Int>
    let yearly: Setting<Int>
    /// Every log point younger than this.
    let logs: Setting<TimeSpan?>
    /// Good fulls below which nothing is forgotten.
    let minPoints: Setting<Int>
    /// No point younger than this is forgotten, good or not.
    let minAge: Setting<TimeSpan?>
    /// Where hours, days, weeks, months and years begin, by its name in the time zone database.
    let timeZone: Setting<String>
    let calendar: CivilCalendar

    init(_ mapping: YAMLMapping) throws(ConfigurationError) {
        func count(_ key: String, default fallback: Int, in range: ClosedRange<Int>)
            throws(ConfigurationError)
            -> Setting<Int>
        {
            try mapping.setting(key, default: fallback) { scalar throws(ConfigurationError) in
                try scalar.integer(in: range)
            }
        }
        func span(_ key: String) throws(ConfigurationError) -> Setting<TimeSpan?> {
            try mapping.setting(key, default: nil) { scalar throws(ConfigurationError) in
                try scalar.duration()
            }
        }
        let counts = 0...100_000
        last = try count("last", default: 0, in: counts)
        within = try span("within")
        hourly = try count("hourly", default: 0, in: counts)
        daily = try count("daily", default: 0, in: counts)
        weekly = try count("weekly", default: 0, in: counts)
        monthly = try count("monthly", default: 0, in: counts)
        yearly = try count("yearly", default: 0, in: counts)
        logs = try span("logs")
        minPoints = try count("min-points", default: 1, in: 1...100_000)
        minAge = try span("min-age")
        var calendar = CivilCalendar.utc
        timeZone = try mapping.setting("time-zone", default: "UTC") { scalar throws(ConfigurationError) in
            guard let found = CivilCalendar(zone: scalar.text) else {
                throw scalar.wrong("a time zone that this system has, such as Europe/Berlin")
            }
            calendar = found
            return scalar.text
        }
        self.calendar = calendar
    }

    var policy: KeepPolicy {
        var policy = KeepPolicy()
        policy.last = last.value
        policy.periods = [
            .hour: hourly.value, .day: daily.value, .week: weekly.value, .month: monthly.value,
            .year: yearly.value,
        ]
        policy.within = within.value.map { Int64($0.seconds) }
        policy.logs = logs.value.map { Int64($0.seconds) }
        policy.minPoints = minPoints.value
        policy.minAge = minAge.value.map { Int64($0.seconds) } ?? 0
        return policy
    }

    func settings(at path: String) -> [ShownSetting] {
        [
            last.shown(as: "\(path).last"), within.shown(as: "\(path).within"),
            hourly.shown(as: "\(path).hourly"), daily.shown(as: "\(path).daily"),
            weekly.shown(as: "\(path).weekly"), monthly.shown(as: "\(path).monthly"),
            yearly.shown(as: "\(path).yearly"), logs.shown(as: "\(path).logs"),
            minPoints.shown(as: "\(path).min-points"), minAge.shown(as: "\(path).min-age"),
            timeZone.shown(as: "\(path).time-zone"),
        ]
    }
}
