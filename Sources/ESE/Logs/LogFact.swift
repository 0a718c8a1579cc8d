/// What there is to know about one log when a set of files is judged.
package struct LogFact: Equatable, Sendable {
    /// As the report shall call it, normally the file name.
    package let name: String
    /// From inside the file; from its name when the header cannot be read.
    package let generation: Int
    /// Nil when the header cannot be read.
    package let signature: Signature?
    package let created: LogTime
    package let previousCreated: LogTime
    /// What is wrong with the file by itself, nil for an intact one.
    package let problem: ErrorCode?

    package var isIntact: Bool { problem == nil }

    package init(
        name: String, generation: Int, signature: Signature?, created: LogTime, previousCreated: LogTime,
        problem: ErrorCode? = nil
    ) {
        self.name = name
        self.generation = generation
        self.signature = signature
        self.created = created
        self.previousCreated = previousCreated
        self.problem = problem
    }

    /// An archived or current log whose header was read.
    ///
    /// - Parameters:
    ///   - fileBytes: Length of the file; any other length than the header names is damage.
    ///   - problem: What a check of the data behind the header found.
    package init(name: String, header: LogHeader, fileBytes: Int, problem: ErrorCode? = nil) {
        let file = name.split(separator: "/").last.map(String.init) ?? name
        let isMisnamed = LogName(file)?.contradicts(header) ?? false
        let own: ErrorCode? =
            if isMisnamed { .logGenerationMismatch } else if fileBytes != header.fileBytes {
                .logFileCorrupt
            } else { nil }
        self.init(
            name: name, generation: Int(header.generation), signature: header.signature,
            created: header.created,
            previousCreated: header.previousCreated, problem: own ?? problem)
    }

    /// A log whose header cannot be read; its generation is the one its name claims, 0 when it claims none.
    package init(name: String, unreadable error: LogHeaderError) {
        let file = name.split(separator: "/").last.map(String.init) ?? name
        var generation = 0
        if case .archived(let claimed) = LogName(file)?.role { generation = Int(claimed) }
        let problem: ErrorCode =
            if case .unsupportedVersion = error { .badLogVersion } else { .logFileCorrupt }
        self.init(
            name: name, generation: generation, signature: nil, created: .unset, previousCreated: .unset,
            problem: problem)
    }
}
