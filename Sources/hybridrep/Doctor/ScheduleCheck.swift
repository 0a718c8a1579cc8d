internal import Platform

/// Looks whether anything will start the job: a crontab, a file of cron's, or a timer.
struct ScheduleCheck {
    private static let maximumBytes = 1 << 20
    let context: JobContext

    var finding: Finding {
        let name = context.job.name.description
        var found: [String] = []
        var unknown: [String] = []
        func look(_ place: String, _ text: () throws -> String?) {
            do {
                guard let text = try text() else { return }
                if Self.mentions(name, in: text) { found.append(place) }
            } catch { unknown.append("\(place) (\(CommandFailure(wrapping: error).message))") }
        }
        look("crontab -l") {
            let answer = try ProgramOutput(of: ["crontab", "-l"])
            return answer.exitStatus == 0 ? answer.text : nil
        }
        look("/etc/crontab") { try text("/etc/crontab") }
        let folder = "/etc/cron.d"
        do throws(SystemError) {
            let isThere = try context.session.files.status(folder) != nil
            for file in isThere ? try context.session.files.list(folder) : [] {
                look("\(folder)/\(file)") { try text("\(folder)/\(file)") }
            }
        } catch { unknown.append("\(folder) (\(error))") }
        look("systemctl list-timers") {
            let answer = try ProgramOutput(
                of: ["systemctl", "list-timers", "--all", "--no-legend", "--no-pager", "--full"])
            guard answer.exitStatus == 0 else {
                throw CommandFailure(.failure, "status \(answer.exitStatus.map(String.init) ?? "unknown")")
            }
            return answer.text
        }
        return Self.finding(name, found, unknown)
    }

    private static func finding(_ job: String, _ found: [String], _ unknown: [String]) -> Finding {
        if !found.isEmpty { return .good("schedule", nil, "in \(found.joined(separator: ", "))") }
        let next = "see what would be set up: cron/install \(job)"
        guard unknown.isEmpty else {
            return .warning(
                "schedule", nil,
                "unknown: could not ask \(unknown.joined(separator: ", ")), and nothing else names the job",
                next: next)
        }
        return .warning("schedule", nil, "no crontab and no timer names the job", next: next)
    }

    /// Whether a line that is no comment names both the program and the job.
    static func mentions(_ job: String, in text: String) -> Bool {
        text.split(separator: "\n").contains { line in
            let words = line.split { !($0.isLetter || $0.isNumber || "._-".contains($0)) }
            let isComment = line.drop { $0 == " " || $0 == "\t" }.first == "#"
            return !isComment && words.contains { $0.hasPrefix("hybridrep") }
                && words.contains { $0 == job || $0 == job + ".timer" || $0 == job + ".service" }
        }
    }

    private func text(_ path: String) throws(SystemError) -> String? {
        guard try context.session.files.status(path)?.kind == .regular else { return nil }
        return String(
            decoding: try context.session.files.contents(path, limit: Self.maximumBytes), as: UTF8.self)
    }
}
