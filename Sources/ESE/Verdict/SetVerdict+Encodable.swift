extension SetVerdict: Encodable {
    private enum CodingKeys: CodingKey {
        case outcome, recoverable, summary, requiredLogs, missingLogs, error, warnings, notes
    }

    private struct Run: Encodable {
        let first: Int
        let last: Int
        init(_ range: ClosedRange<Int>) {
            first = range.lowerBound
            last = range.upperBound
        }
    }

    /// `outcome` is one of `clean`, `complete`, `restore`, `loss`, `not_recoverable`; `error` a code or null.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isRecoverable, forKey: .recoverable)
        try container.encode(description, forKey: .summary)
        try container.encode(warnings, forKey: .warnings)
        try container.encode(notes, forKey: .notes)
        try container.encode(word, forKey: .outcome)
        var required: Run?
        var missing: [Run] = []
        var error: ErrorCode?
        switch outcome {
        case .clean: break
        case .complete(_, let logs): required = Run(logs)
        case .withLoss(_, let runs):
            missing = runs.map(Run.init)
            error = .committedLogFilesMissing
        case .notRecoverable(let refusal): error = refusal.code
        }
        try container.encode(required, forKey: .requiredLogs)
        try container.encode(missing, forKey: .missingLogs)
        try container.encode(error, forKey: .error)
    }

    private var word: String {
        switch outcome {
        case .clean: "clean"
        case .complete(.soft, _): "complete"
        case .complete(.hard, _): "restore"
        case .withLoss: "loss"
        case .notRecoverable: "not_recoverable"
        }
    }
}
