internal import BackupStream
internal import Platform

/// Looks whether the next run of a job can be expected to go well; changes nothing.
struct Doctor {
    let context: JobContext

    func findings() -> [Finding] {
        let targets = context.job.targets.value.compactMap {
            try? context.configuration.target($0.description)
        }
        let names = targets.map(\.name.description).joined(separator: ", ")
        var findings = [
            Finding.good("configuration", nil, "\(context.configuration.file), targets \(names)"),
            KeyCheck(context: context).secret,
        ]
        findings += SourceCheck(context: context).findings
        let writes = WriteCheck(context: context)
        findings += writes.findings
        var imageBytes: Int?
        for target in targets {
            if case .ssh(let ssh) = target.kind {
                findings += KeyCheck(context: context).findings(ssh, target.name)
            }
            let check = TargetCheck(context: context, target: target)
            findings += check.findings { imageBytes = imageBytes ?? $0 }
            findings += writes.findings(target)
        }
        findings.append(SpoolCheck(context: context).finding(imageBytes: imageBytes))
        findings.append(ScheduleCheck(context: context).finding)
        return findings
    }
}
