/// Which recovery points are kept, by count in each period; a point kept by any rule stays.
///
/// No rule at all keeps every point (CONVENTIONS, Retention).
struct KeepConfiguration: Sendable {
    static let keys = [
        "last", "within", "hourly", "daily", "weekly", "monthly", "yearly", "logs", "min-points",
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
    }

    func settings(at path: String) -> [ShownSetting] {
        [
            last.shown(as: "\(path).last"), within.shown(as: "\(path).within"),
            hourly.shown(as: "\(path).hourly"), daily.shown(as: "\(path).daily"),
            weekly.shown(as: "\(path).weekly"), monthly.shown(as: "\(path).monthly"),
            yearly.shown(as: "\(path).yearly"), logs.shown(as: "\(path).logs"),
            minPoints.shown(as: "\(path).min-points"),
        ]
    }
}
