internal import OffsiteStore
internal import Platform
internal import Verify

/// What can be done about damage in a store; each command in it can be typed as it stands.
struct DamageAdvice {
    private static let mostPoints = 10

    let job: Name
    /// The words by which a command names the store, as in `--target vault`.
    let options: [String]
    /// Whether the job is configured on this host: only then can its newest image be shipped again.
    let isConfigured: Bool
    /// Whether another target of the job may have what is missing, and was not asked yet.
    let hasOtherSource: Bool

    /// - Parameters:
    ///   - points: Those that need something damaged.
    ///   - all: Every point there, rising.
    ///   - isUnneeded: Whether objects are damaged that no point needs.
    func hint(_ points: Set<UInt64>, of all: [UInt64], isUnneeded: Bool = false) -> String {
        if isUnneeded, points.isEmpty {
            return "no point needs what is damaged; remove it with: " + command("gc", ["--waste", "0"])
        }
        if isConfigured, points.isEmpty || all.last.map(points.contains) == true {
            return "restore an undamaged point; ship again what is lost with: " + command("reconcile", [])
        }
        if hasOtherSource {
            return "restore an undamaged point; take what is missing from another target with: "
                + command("verify", ["--full", "--repair"])
        }
        guard !points.isEmpty else {
            return "restore what is whole: " + command("list", [])
        }
        let numbers = points.sorted().prefix(Self.mostPoints).map(String.init)
        let more = points.count > numbers.count ? " and \(points.count - numbers.count) more" : ""
        let which = (points.count == 1 ? "point " : "points ") + numbers.joined(separator: ", ") + more
        return "no known source has what \(which) lost; other points are whole; "
            + "verify fails until the lost points are forgotten: "
            + command("forget", numbers + (2 * numbers.count > all.count ? ["--more-than-half"] : []))
    }

    private func command(_ verb: String, _ more: [String]) -> String {
        ShellQuote.posix(["hybridrep", verb, "\(job)"] + more + options)
    }
}

extension DamageAdvice {
    /// - Parameter hasOtherSource: Other targets of the job were not asked yet.
    init(_ context: JobContext, _ target: Name, hasOtherSource: Bool) {
        let targets = context.job.targets.value
        self.init(
            job: context.job.name,
            options: targets.count > 1 ? ["--target", "\(target)"] : [], isConfigured: true,
            hasOtherSource: hasOtherSource && targets.count > 1)
    }
}

extension CheckReport {
    /// The points that need something damaged.
    var damagedPoints: Set<UInt64> { Set(damage.flatMap(\.points)) }
}
