extension EseutilReport {
    /// The check of a log stream (`/ml BASE`).
    package static func logs(base: String, _ chain: LogChain) -> String {
        var text = "Verifying log files...\n     Base name: \(base)\n\n"
        let digits = digits(chain)
        for link in chain.links {
            if let gap = link.missingBefore {
                let low = Hexadecimal.padded(gap.lowerBound, digits)
                let high = Hexadecimal.padded(gap.upperBound, digits)
                let run = gap.count == 1 ? "\(base)\(low).log" : "\(base){\(low) - \(high)}.log"
                text += "      Missing log files: \(run)\n"
            }
            text += "      Log file: \(link.log.name) - \(state(link))\n"
        }
        for warning in chain.warnings { text += "      WARNING: \(warning)\n" }
        for note in chain.notes { text += "      NOTE: \(note)\n" }
        guard let error = chain.firstError else { return text + "\nNo damaged log files were found.\n" }
        return text + "\nOperation terminated with error \(error.rawValue) (\(error.name)).\n"
    }

    /// Digits of a generation in the names of a stream: five where all full logs have five.
    private static func digits(_ chain: LogChain) -> Int {
        let names = chain.links.map(\.log.name).filter { name in
            if case .archived = LogName(name)?.role { true } else { false }
        }
        return !names.isEmpty && names.allSatisfy { $0.count == "E00".count + 5 + ".log".count } ? 5 : 8
    }

    private static func state(_ link: LogChain.Link) -> String {
        guard !link.problems.isEmpty else { return "OK" }
        let fault = link.log.fault.map { ": \($0)" } ?? ""
        return "ERROR: " + link.problems.map(\.label).joined(separator: ", ") + fault
    }

    /// One log (`/ml FILE`).
    ///
    /// - Parameters:
    ///   - checkpoint: That of the stream, when its file was there.
    ///   - data: What its data said; nil when only the header was read.
    ///   - fact: The log as a whole, with its name.
    package static func log(
        _ header: LogHeader, checkpoint: LogPosition? = nil, data: LogDataReport? = nil,
        fact: LogFact? = nil
    ) -> String {
        let environment = header.environment
        var lines = [
            Line("lGeneration", both(header.generation)),
            Line("Checkpoint", checkpoint.map { "\($0)" } ?? "NOT AVAILABLE"),
            Line("creation time", "\(header.created)"),
            Line("prev gen time", "\(header.previousCreated)"),
            Line(
                "prev gen accumulated segment checksum", "0x\(Hexadecimal.lower(header.previousSegmentSum))"),
            Line("Format LGVersion", "\(header.version)"),
            Line("Signature", "\(header.signature)"),
            Line("Env SystemPath", environment.systemPath),
            Line("Env LogFilePath", environment.logPath),
            Line("Env Log Sec size", "\(header.sectorBytes)"),
            parameters(environment),
            Line("Using Reserved Log File", header.usesReserve ? "true" : "false"),
            Line("Circular Logging Flag (current file)", header.isCircular ? "on" : "off"),
            Line("Circular Logging Flag (past files)", header.wasCircular ? "on" : "off"),
            Line("Checkpoint at log creation time", "\(header.checkpoint)"),
        ]
        lines += header.databases.map(attached)
        if let last = data?.last { lines.append(Line("Last Lgpos", "\(last)")) }
        let text = lines.map { "      \($0.label): \($0.value)\n" }.joined()
        return text + (fact.map { "\n" + integrity($0) } ?? "")
    }

    private static func integrity(_ log: LogFact) -> String {
        guard let problem = log.problem else {
            return "Integrity check passed for log file: \(log.name)\n"
        }
        let fault = log.fault.map { ": \($0)" } ?? ""
        return "CORRUPTION DETECTED in log file: \(log.name)\n      \(problem.label)\(fault)\n"
    }
}
