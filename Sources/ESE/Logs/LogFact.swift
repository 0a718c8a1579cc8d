internal import Platform

/// The facts about one log for the verdict on a set of files.
package struct LogFact: Equatable, Sendable {
    /// As the report shall call it, normally the file name.
    package let name: String
    /// From inside the file; from its name when the header cannot be read.
    package let generation: Int
    /// Nil when the header cannot be read.
    package let signature: Signature?
    package let created: LogTime
    package let previousCreated: LogTime
    /// The fault of the file itself; nil if it is intact.
    package let problem: ErrorCode?
    /// The same in words, and where; nil when the code says it all.
    package let fault: String?
    /// Nil when the header cannot be read.
    package var version: LogVersion?
    /// The sum of the previous log that the header repeats; 0 if the engine keeps none.
    package var previousSegmentSum: UInt64 = 0
    /// That of the log's own data; nil when it was not read, is damaged, or of version 7.
    package var accumulatedSum: UInt64?
    /// True while the engine deletes logs that its databases need no longer.
    package var isCircular = false
    package var wasCircular = false

    package var isIntact: Bool { problem == nil }

    package init(
        name: String, generation: Int, signature: Signature?, created: LogTime, previousCreated: LogTime,
        problem: ErrorCode? = nil, fault: String? = nil
    ) {
        self.name = name
        self.generation = generation
        self.signature = signature
        self.created = created
        self.previousCreated = previousCreated
        self.problem = problem
        self.fault = fault
    }

    /// An archived or current log whose header was read.
    ///
    /// - Parameters:
    ///   - fileBytes: Length of the file; any other length than the header names is damage.
    ///   - data: What the data after the header said; nil when only the header was read.
    package init(name: String, header: LogHeader, fileBytes: Int, data: LogDataReport? = nil) {
        let file = PathText.name(of: name)
        let (problem, fault) = Self.problem(LogName(file), header, fileBytes, data)
        self.init(
            name: name, generation: Int(header.generation), signature: header.signature,
            created: header.created, previousCreated: header.previousCreated, problem: problem, fault: fault)
        version = header.version
        previousSegmentSum = header.previousSegmentSum
        accumulatedSum = problem == nil ? data?.accumulatedSum : nil
        isCircular = header.isCircular || header.environment.isCircular
        wasCircular = header.wasCircular
    }

    private static func problem(
        _ name: LogName?, _ header: LogHeader, _ fileBytes: Int, _ data: LogDataReport?
    ) -> (ErrorCode?, String?) {
        if let name, name.contradicts(header) {
            return (.logGenerationMismatch, "it is log \(GenerationText.one(Int(header.generation)))")
        }
        if fileBytes != header.fileBytes {
            return (.logFileCorrupt, "it has \(fileBytes) bytes, its header says \(header.fileBytes)")
        }
        if let problem = data?.problem { return (problem.code, problem.sentence) }
        // The current log may have been begun a moment ago; no engine archives one without a record.
        if let data, data.used == 0, case .archived = name?.role {
            return (.logFileCorrupt, "it holds no data")
        }
        return (nil, nil)
    }

    /// A log whose header cannot be read; its generation is the one its name claims, 0 when it claims none.
    package init(name: String, unreadable error: LogHeaderError) {
        let file = PathText.name(of: name)
        var generation = 0
        if case .archived(let claimed) = LogName(file)?.role { generation = Int(claimed) }
        let problem: ErrorCode =
            if case .unsupportedVersion = error { .badLogVersion } else { .logFileCorrupt }
        self.init(
            name: name, generation: generation, signature: nil, created: .unset, previousCreated: .unset,
            problem: problem, fault: error.fault)
    }
}
