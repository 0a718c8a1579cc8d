internal import Platform

/// The parts of the man pages that the argument parser's generator does not know, in mdoc(7).
///
/// Exit codes, settings and the example come from the types that the program itself uses.
enum Manual: String, CaseIterable {
    /// Exit status, environment and files, for hybridrep(1).
    case program
    /// The page hybridrep.yaml(5).
    case configuration

    var lines: [String] {
        switch self {
        case .program: Self.exitStatus + Self.environment + Self.files
        case .configuration: Self.page
        }
    }

    private static var exitStatus: [String] {
        list("EXIT STATUS", "", ExitStatus.allCases.map { ("\($0.rawValue)", $0.meaning) })
    }

    /// Environment variables, with what each does.
    static var variables: [(tag: String, text: String)] {
        var all: [(tag: String, text: String)] = [
            ("HYBRIDREP_CONFIG", "The configuration file, if --config is not given."),
            ("XDG_CONFIG_HOME", "Folder of the user's configuration, by default ~/.config."),
            ("NO_COLOR", "If set, output has no colours."),
            ("SSH_AUTH_SOCK", "The agent that offers keys, if a target has no identity."),
        ]
        for key in Overridable.allCases {
            all.append((key.variable, "Replaces " + key.rawValue + " of the configuration."))
        }
        all += [
            ("HYBRIDREP_JOB", "Set for hooks: the job."),
            ("HYBRIDREP_RUN_ID", "Set for hooks: the id of the run."),
            ("HYBRIDREP_POINT_ID", "Set for hooks: the newest point that was committed, else empty."),
            ("HYBRIDREP_STATUS", "Set for hooks: started, good, degraded, held or failed."),
            ("HYBRIDREP_EXIT_CODE", "Set for hooks: the exit status, empty while there is none."),
            ("HYBRIDREP_BYTES_SENT", "Set for hooks: bytes sent."),
        ]
        return all
    }

    private static var environment: [String] { list("ENVIRONMENT", "Ev ", variables) }

    private static var files: [String] {
        let state = Configuration.defaultState
        return list(
            "FILES", "Pa ",
            [
                ("$XDG_CONFIG_HOME/hybridrep/hybridrep.yaml", "The configuration of a user."),
                ("/etc/hybridrep/hybridrep.yaml", "The configuration of the system; see hybridrep.yaml(5)."),
                ("/etc/hybridrep/retention", "Rules of the nightly retention on a store's host."),
                (state + "/history.sqlite", "The runs of this host; may be deleted."),
                (state + "/JOB/", "What this host remembers of a job and its targets."),
                (state + "/spool/JOB/", "Images, their fingerprints and manifests."),
                ("STORE/jobs/JOB/", "A job in a store: points, maps, packs, notes, trash."),
            ])
    }

    private static var page: [String] {
        var lines: [String] = [
            ".Dd December 1, 2026", ".Dt HYBRIDREP.YAML 5", ".Os",
            ".Sh NAME", ".Nm hybridrep.yaml", ".Nd configuration of hybridrep",
            ".Sh DESCRIPTION",
            "One YAML file names the jobs that are backed up and the targets that they are shipped to.",
            "It is the first of: the argument of",
            ".Fl \\-config ,", "the value of", ".Ev HYBRIDREP_CONFIG ,",
            ".Pa $XDG_CONFIG_HOME/hybridrep/hybridrep.yaml ,", ".Pa /etc/hybridrep/hybridrep.yaml .",
            "Only its owner may write it, because it names commands to run.",
            "An unknown or duplicate key, a wrong type and a missing key are errors.",
            ".Pp",
            "Sizes are 512, 64K, 8M, 1G, 2T (units of 1024).",
            "Durations are 90s, 15m, 26h, 7d, 8w.",
            "Rates are sizes per second.",
            "Paths are absolute or begin with ~/.",
        ]
        for section in ConfigurationReference.sections { lines += settings(of: section) }
        lines += [".Sh EXAMPLES", ".Bd -literal"]
        lines += example
        lines += [".Ed", ".Sh SEE ALSO", ".Xr hybridrep 1 ,", ".Xr hybridrep.config 1"]
        return lines
    }

    private static func settings(of section: ConfigurationReference.Section) -> [String] {
        var lines = [".Ss " + quoted(section.title), ".Bl -tag -width Ds"]
        for key in section.keys {
            guard let entry = section.entries[key] else { continue }
            lines.append(".It Cm " + quoted(key))
            lines.append(quoted(entry.meaning))
            lines.append("Default: " + quoted(entry.standard) + ".")
        }
        lines.append(".El")
        return lines
    }

    private static var example: [String] {
        ConfigurationExample.text.split(separator: "\n", omittingEmptySubsequences: false).map {
            quoted(String($0))
        }
    }

    /// Returns a list of tags, each with its text.
    private static func list(_ title: String, _ macro: String, _ items: [(tag: String, text: String)])
        -> [String]
    {
        var lines = [".Sh " + title, ".Bl -tag -width Ds"]
        for item in items {
            lines.append(".It " + macro + item.tag)
            lines.append(quoted(item.text))
        }
        lines.append(".El")
        return lines
    }

    /// A line of text that holds no request and no escape.
    private static func quoted(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing(
            "~", with: "\\(ti")
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
    }
}
