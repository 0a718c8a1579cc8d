/// Programs that are called around the work of a job.
struct HooksConfiguration: Sendable {
    enum Moment: String, CaseIterable, Sendable {
        /// Holding the job's lock, before anything is read. Failing, it stops the run.
        case prePush = "pre-push"
        /// After at least one target has committed a good point.
        case postPush = "post-push"
        /// After a run that did not end with 0.
        case onFailure = "on-failure"
        case postVerify = "post-verify"
        case postRehearse = "post-rehearse"
    }

    static let keys = Moment.allCases.map(\.rawValue) + ["deadline"]

    private let programs: [Moment: Setting<ProgramLine?>]
    /// How long each of them may take.
    let deadline: Setting<TimeSpan>

    init(_ mapping: YAMLMapping) throws(ConfigurationError) {
        var programs: [Moment: Setting<ProgramLine?>] = [:]
        for moment in Moment.allCases {
            programs[moment] = try mapping.setting(moment.rawValue, default: nil) {
                value throws(ConfigurationError) in
                try ProgramLine(value)
            } replaced: { scalar throws(ConfigurationError) in
                .shell(try scalar.string())
            }
        }
        self.programs = programs
        deadline = try mapping.setting("deadline", default: TimeSpan(seconds: 600)) {
            scalar throws(ConfigurationError) in try scalar.duration()
        }
    }

    subscript(moment: Moment) -> ProgramLine? { programs[moment]?.value }

    func settings(at path: String) -> [ShownSetting] {
        Moment.allCases.compactMap { programs[$0]?.shown(as: "\(path).\($0.rawValue)") }
            + [deadline.shown(as: "\(path).deadline")]
    }
}
