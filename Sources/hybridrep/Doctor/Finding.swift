internal import Platform

/// What one look of the doctor came to.
struct Finding {
    enum Level {
        case good
        /// To be looked at, or not known.
        case warning
        case failed(ExitStatus)

        var word: String {
            switch self {
            case .good: "ok"
            case .warning: "warning"
            case .failed: "FAILED"
            }
        }

        var verdict: ExitStatus {
            if case .failed(let verdict) = self { verdict } else { .good }
        }
    }

    /// What was looked at, as in `clock`.
    let check: String
    /// Nil for what concerns this host alone.
    let target: Name?
    let level: Level
    let text: String
    /// What to type; nil where all is well.
    let next: String?

    static func good(_ check: String, _ target: Name?, _ text: String) -> Self {
        Self(check: check, target: target, level: .good, text: text, next: nil)
    }

    static func warning(_ check: String, _ target: Name?, _ text: String, next: String) -> Self {
        Self(check: check, target: target, level: .warning, text: text, next: next)
    }

    static func failed(
        _ verdict: ExitStatus, _ check: String, _ target: Name?, _ text: String, next: String
    ) -> Self {
        Self(check: check, target: target, level: .failed(verdict), text: text, next: next)
    }

    /// What could not even be looked at.
    static func failed(
        _ check: String, _ target: Name?, _ error: any Error, otherwise next: String
    ) -> Self {
        let failure = CommandFailure(wrapping: error)
        return failed(failure.verdict, check, target, failure.message, next: failure.hint ?? next)
    }

    /// `warning: clock of vault: …; next: timedatectl`.
    var line: String {
        let place = target.map { " of \($0)" } ?? ""
        return "\(level.word): \(check)\(place): \(text)" + (next.map { "; next: \($0)" } ?? "")
    }

    var json: JSONValue {
        .fields([
            "check": .string(check), "target": .optional(target?.description), "status": .string(level.word),
            "exit_code": .integer(Int(level.verdict.rawValue)), "message": .string(text),
            "next": .optional(next),
        ])
    }
}
