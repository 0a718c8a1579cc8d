internal import Platform

/// How to get a job's data back, with this site's own names, as a page to print and keep elsewhere.
struct Runbook {
    let context: JobContext
    /// The folder that the commands restore into.
    let folder: String
    /// The second reader, for the way without this program.
    let reader: String

    private var job: Name { context.job.name }
    private var isSet: Bool { if case .ese = context.job.source.kind { true } else { false } }

    /// Whether the newest point may be one of logs.
    private var hasLogPoints: Bool { isSet && context.job.fullEvery.value != nil }

    /// The full of the newest point, without what the point's own logs stand in for.
    private func fullFirst(_ named: RunbookTarget, _ image: String, _ place: String) -> [[String]] {
        let full = image.replacing(".tar", with: "-full.tar")
        let logs = ["*.log", "*.chk", "*.jrs", "*.LOG", "*.CHK", "*.JRS"].map { "--exclude=\($0)" }
        return [
            ["python3", reader, named.folder, "\(job)", "full", "-o", full],
            ["tar", "-xf", full, "-C", place] + logs,
        ]
    }

    /// Where a restore puts what it makes: a set into a folder, all else into a file.
    private func place(_ name: String) -> String { "\(folder)/\(name)" + (isSet ? "" : ".img") }

    /// Markdown.
    var text: String {
        var lines = heading
        for name in context.job.targets.value {
            guard let target = try? context.configuration.target(name.description) else { continue }
            lines += ["", "## From target \(name)"]
            lines += RunbookTarget(target).facts
            lines += onThisHost(name)
            lines += onABareHost(target)
            lines += withoutProgram(target)
        }
        return (lines + ending).joined(separator: "\n") + "\n"
    }

    private var heading: [String] {
        [
            "# Restoring \(job)", "",
            "Made by hybridrep \(ToolVersion.current) on \(context.session.hostName) at \(context.session.clock.now) "
                + "from `\(context.configuration.file)`. Print it, keep it away from this host, and print it again when "
                + "the configuration changes.", "",
            "Type each block as it is, in a POSIX shell. Restored data goes to `\(folder)`, which must have "
                + "room for it; choose another one with `hybridrep runbook \(job) --to FOLDER`.", "",
        ] + Self.block([["mkdir", "-p", folder]])
    }

    private func onThisHost(_ target: Name) -> [String] {
        let config = ["--config", context.configuration.file]
        let there = ["--target", "\(target)"] + config
        let place = place("\(target)-configured")
        return ["", "### On this host", ""]
            + Self.block([
                ["hybridrep", "list", "\(job)"] + there, ["hybridrep", "verify", "\(job)"] + there,
                ["hybridrep", "restore", "\(job)", "--to", place] + there,
            ]) + checks(place)
            + [
                "",
                "An older point: its id, as `list` prints it, after the job's name; or `--at 2026-11-22T14:00:00Z`.",
            ]
    }

    private func onABareHost(_ target: TargetConfiguration) -> [String] {
        let named = RunbookTarget(target)
        let place = place("\(target.name)-bare")
        return ["", "### On a host that has only the program", ""] + named.needs
            + Self.block([
                ["hybridrep", "list", "\(job)"] + named.store,
                ["hybridrep", "restore"] + named.store + ["--job", "\(job)", "--to", place],
            ]) + checks(place)
    }

    private func withoutProgram(_ target: TargetConfiguration) -> [String] {
        let named = RunbookTarget(target)
        let image = "\(folder)/\(target.name)-by-hand." + (isSet ? "tar" : "img")
        let place = "\(folder)/\(target.name)-by-hand"
        var commands = [
            ["python3", reader, named.folder, "\(job)", "--list"],
            ["python3", reader, named.folder, "\(job)", "latest", "-o", image],
        ]
        if isSet {
            commands.append(["mkdir", place])
            if hasLogPoints { commands += fullFirst(named, image, place) }
            commands.append(["tar", "-xf", image, "-C", place])
        }
        let packs = ShellQuote.posix("\(named.folder)/jobs/\(job)/packs")
        return ["", "### Without the program", ""] + named.whereFilesAre
            + [
                "It takes Python 3.11 and `zstd`, and `hybridrep_reader.py`, which comes with the program's sources, as do "
                    + "the formats (`docs/format/`). First, that no pack has changed: each has its SHA-256 as name, and "
                    + "this prints nothing but `OK`.", "", "```sh",
                "find \(packs) -name '*.pack' | while read -r pack; do "
                    + "echo \"$(basename \"$pack\" .pack)  $pack\"; done | sha256sum -c -", "```", "",
            ] + Self.block(commands) + (isSet ? checks(place) : [])
            + (hasLogPoints
                ? [
                    "",
                    "The newest point may be a log point, whose image has logs only. The full that it continues is "
                        + "therefore unpacked first, without its own logs and checkpoint, and the newest point over it.",
                ] : [])
    }

    /// How to see that it is what it should be.
    private func checks(_ place: String) -> [String] {
        guard isSet else { return ["", "Its size:", ""] + Self.block([["ls", "-l", place]]) }
        return ["", "Would the engine accept it? Look for the word *recoverable*.", ""]
            + Self.block([["hybridrep", "ese", "set", place]])
            + ["", "Another reader of these files, from the package `libesedb-utils`:", ""]
            + [
                "```sh",
                "find \(ShellQuote.posix(place)) -name '*.edb' -exec esedbinfo {} ';'", "```",
            ]
    }

    private var ending: [String] {
        [
            "", "## Afterwards", "",
            "Write down the point, how long it took and what was missing. A dirty database is brought forward by the engine "
                + "(`esentutl /r`, `eseutil /r`) before anything mounts it.",
        ]
    }

    /// Commands, one a line.
    static func block(_ commands: [[String]]) -> [String] {
        ["```sh"] + commands.map { ShellQuote.posix($0) } + ["```"]
    }
}
