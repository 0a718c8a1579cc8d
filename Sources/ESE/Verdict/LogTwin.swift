internal import Platform

/// A file under the name by which the engine looks for a generation, where another file holds the usable log.
///
/// Recovery opens what has the archived name (format notes 5.1) and fails, whatever else is there.
struct LogTwin {
    enum Fault {
        case damaged(String?)
        /// Of another log stream.
        case foreign
        /// Of the stream, and begun at another time than the usable log.
        case different
    }

    let generation: Int
    let name: String
    let fault: Fault

    /// The error code of a replay of a dirty database.
    var code: ErrorCode {
        switch fault {
        case .damaged: .logFileCorrupt
        case .foreign: .badLogSignature
        case .different: .invalidLogSequence
        }
    }

    /// The error code of the restore of a streaming backup.
    var restoreCode: ErrorCode {
        switch fault {
        case .damaged: .logFileCorrupt
        case .foreign: .givenLogFileHasBadSignature
        case .different: .givenLogFileIsNotContiguous
        }
    }

    /// `log 13 (0xD) stands in two files, of which E000000D.log is damaged`.
    var sentence: String {
        let what =
            switch fault {
            case .damaged(let fault): fault.map { "damaged: \($0)" } ?? "damaged"
            case .foreign: "of another log stream"
            case .different: "another log than the other file"
            }
        return "log \(GenerationText.one(generation)) stands in two files, of which \(name) is \(what)"
    }

    /// The twins among `logs`, one a generation.
    ///
    /// Names count only with a base that the stream uses: two streams in one folder have their own names.
    static func find(_ logs: [LogFact], usable: [Int: LogFact]) -> [Int: LogTwin] {
        let bases = Set(usable.values.compactMap { name(of: $0)?.base.lowercased() })
        var twins: [Int: LogTwin] = [:]
        for log in logs {
            guard let name = name(of: log), bases.contains(name.base.lowercased()) else { continue }
            var generation = log.generation
            if case .archived(let named) = name.role { generation = Int(named) }
            guard let used = usable[generation], used != log, let fault = fault(of: log, name, beside: used)
            else { continue }
            twins[generation] = LogTwin(generation: generation, name: log.name, fault: fault)
        }
        return twins
    }

    /// True for a log that the engine finds by its generation.
    static func isArchived(_ log: LogFact) -> Bool {
        if case .archived = name(of: log)?.role { true } else { false }
    }

    private static func name(of log: LogFact) -> LogName? { LogName(PathText.name(of: log.name)) }

    private static func fault(of log: LogFact, _ name: LogName, beside used: LogFact) -> Fault? {
        switch name.role {
        case .archived:
            guard log.isIntact else { return .damaged(log.fault) }
            if log.signature != used.signature { return .foreign }
        case .current:
            // The current log is replayed after the others; one of an old number breaks the sequence.
            guard log.isIntact, log.signature == used.signature, isArchived(used) else { return nil }
        case .prepared, .reserve, .checkpoint: return nil
        }
        return log.created == used.created ? nil : .different
    }
}
