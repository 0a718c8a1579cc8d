extension EseutilReport {
    /// The check of a log stream (`/ml BASE`).
    package static func logs(base: String, _ chain: LogChain) -> String {
        var text = "Verifying log files...\n     Base name: \(base)\n\n"
        for link in chain.links {
            if let gap = link.missingBefore {
                let low = Hexadecimal.padded(gap.lowerBound, 8)
                let high = Hexadecimal.padded(gap.upperBound, 8)
                let run = gap.count == 1 ? "\(base)\(low).log" : "\(base){\(low) - \(high)}.log"
                text += "      Missing log files: \(run)\n"
            }
            text += "      Log file: \(link.log.name) - \(state(link))\n"
        }
        guard let error = chain.firstError else { return text + "\nNo damaged log files were found.\n" }
        return text + "\nOperation terminated with error \(error.rawValue) (\(error.name)).\n"
    }

    private static func state(_ link: LogChain.Link) -> String {
        link.problems.isEmpty ? "OK" : "ERROR: " + link.problems.map(\.label).joined(separator: ", ")
    }

    /// The header of one log (`/ml FILE`).
    ///
    /// - Parameter checkpoint: That of the stream, when its file was there.
    package static func log(_ header: LogHeader, checkpoint: LogPosition? = nil) -> String {
        let environment = header.environment
        let limits = [
            environment.sessions, environment.openTables, environment.versionPages, environment.cursors,
            environment.logBuffers, environment.logSectors,
        ]
        let circular = environment.isCircular ? "on" : "off"
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
            Line(
                "Env (CircLog,Session,Opentbl,VerPage,Cursors,LogBufs,LogFile)",
                "(\(circular),\(limits.map { "\($0)" }.joined(separator: ",")))"),
            Line("Using Reserved Log File", header.usesReserve ? "true" : "false"),
            Line("Circular Logging Flag (current file)", header.isCircular ? "on" : "off"),
            Line("Circular Logging Flag (past files)", header.wasCircular ? "on" : "off"),
            Line("Checkpoint at log creation time", "\(header.checkpoint)"),
        ]
        lines += header.databases.map {
            Line("\($0.dbid) \($0.path)", "dbtime \($0.dbtime), \($0.signature)")
        }
        return lines.map { "      \($0.label): \($0.value)\n" }.joined()
    }
}
