/// Every key of the configuration, with its default and its meaning, as hybridrep.yaml(5) prints them.
///
/// The keys come from the types that read the file, so that a key without an entry fails a test.
enum ConfigurationReference {
    /// One mapping of the file.
    struct Section {
        let title: String
        let keys: [String]
        let entries: [String: Entry]
    }

    struct Entry {
        let standard: String
        let meaning: String

        init(_ standard: String, _ meaning: String) {
            self.standard = standard
            self.meaning = meaning
        }
    }

    static let sections: [Section] = [
        Section(
            title: "Top level", keys: Configuration.keys,
            entries: [
                "state": Entry(Configuration.defaultState, "Folder of this host's state."),
                "jobs": Entry("required", "A mapping of job names to the settings of each job."),
                "targets": Entry("required", "A mapping of target names to the settings of each target."),
            ]),
        Section(title: "jobs: NAME", keys: JobConfiguration.keys, entries: job),
        Section(title: "jobs: NAME: source", keys: SourceConfiguration.keys, entries: source),
        Section(
            title: "jobs: NAME: spool", keys: JobConfiguration.spoolKeys,
            entries: [
                "directory": Entry("STATE/spool", "Images on this host. Its parent must exist."),
                "keep": Entry(
                    "1",
                    "Number of newest images that stay, 1 to 1000. Images that the next delta of a target needs stay as well."
                ),
            ]),
        Section(
            title: "jobs: NAME: verify", keys: JobConfiguration.verifyKeys,
            entries: [
                "full-within": Entry(
                    "none", "Time within which every byte is read again at each target; status reports it.")
            ]),
        Section(title: "jobs: NAME: rehearse", keys: RehearsalConfiguration.keys, entries: rehearse),
        Section(title: "jobs: NAME: keep, targets: NAME: keep", keys: KeepConfiguration.keys, entries: keep),
        Section(title: "jobs: NAME: hooks", keys: HooksConfiguration.keys, entries: hooks),
        Section(title: "targets: NAME", keys: TargetConfiguration.keys, entries: target),
    ]

    private static let job: [String: Entry] = [
        "source": Entry("required", "What is backed up: one of ese, file, command and stdin."),
        "spool": Entry("see below", "Where images are kept on this host, and how many."),
        "targets": Entry("required", "List of targets. Each gets every point and has its own verdict."),
        "priority": Entry(
            "50", "0 to 100. When a run has several jobs, those of a higher priority come first."),
        "level": Entry(
            "auto", "zstd level, 1 to 19. auto follows the link: 3, and up to 12 for new data on a slow link."
        ),
        "keep-base": Entry(
            "full", "With file: none keeps no copy on this host, and changed blocks are shipped whole."),
        "full-every": Entry(
            "none",
            "With ese: age of the newest full at which a run takes another. In between, a run takes only the logs."
        ),
        "full-compare": Entry(
            "30d",
            "How often blocks that look unchanged are compared with the base on this host byte by byte."),
        "rpo": Entry("none", "Maximum age of the newest good point; status reports it."),
        "rto": Entry(
            "none", "Maximum time of a restore, compared with the last good rehearsal; status reports it."),
        "verify": Entry("none", "Objective for verifications."),
        "sanity-gate": Entry("true", "Whether a full that is unlike all before it is held."),
        "rehearse": Entry("none", "Where and how restores are rehearsed."),
        "keep": Entry("none", "Which points stay. Without rules nothing is forgotten."),
        "hooks": Entry("none", "Programs around a run."),
        "ping-url": Entry("none", "http or https address that is requested at each run; a secret."),
    ]

    private static let source: [String: Entry] = [
        "ese": Entry(
            "none", "A folder with ESE databases, or one database file: a snapshot or an offline copy."),
        "logs": Entry("next to the database", "With ese: the folder of its logs and checkpoint."),
        "leave-out": Entry("none", "With ese: names of files and subfolders that a point may lack."),
        "file": Entry(
            "none", "A regular file that another program has finished writing; it is read in place."),
        "command": Entry(
            "none", "A line for /bin/sh -c, or a list of words. Its standard output is the image."),
        "stdin": Entry("none", "true: standard input of run, backup or push JOB - is the image."),
        "min-size": Entry(
            "none", "Not with ese: fewer bytes than this fail with 20. An empty stream always does."),
        "replaced-by-rename": Entry(
            "false",
            "With file: its producer writes a new file and renames it, so a hard link is a sufficient copy."),
    ]

    private static let rehearse: [String: Entry] = [
        "scratch": Entry("none", "Folder with room for a restored point; it is created when missing."),
        "exec": Entry("none", "A command that is run on the restored data; {} is replaced by its path."),
        "deadline": Entry("1h", "Time limit of that command."),
        "within": Entry(
            "none", "Time within which a restore is rehearsed at each target; status reports it."),
    ]

    private static let keep: [String: Entry] = [
        "last": Entry("0", "Number of newest fulls that stay."),
        "within": Entry("none", "Every full younger than this stays."),
        "hourly": Entry("0", "The newest full of each of the last so many hours that have one stays."),
        "daily": Entry("0", "The same for days."),
        "weekly": Entry("0", "The same for weeks."),
        "monthly": Entry("0", "The same for months."),
        "yearly": Entry("0", "The same for years."),
        "logs": Entry("those of every full that stays", "Log points younger than this stay."),
        "min-points": Entry("1", "At this number of good fulls or fewer, nothing is forgotten."),
        "min-age": Entry("none", "No point younger than this is forgotten, good or not."),
        "time-zone": Entry("UTC", "Where hours and days begin, as in Europe/Berlin."),
    ]

    private static let hooks: [String: Entry] = [
        "pre-push": Entry("none", "Before the source is read. If it fails, the run ends with 20."),
        "post-push": Entry("none", "After at least one target has committed a good point."),
        "on-failure": Entry("none", "After a run that did not end with 0."),
        "post-verify": Entry("none", "After a verification, with any result."),
        "post-rehearse": Entry("none", "After a rehearsal, with any result."),
        "deadline": Entry("10m", "Time limit of each hook."),
    ]

    private static let target: [String: Entry] = [
        "directory": Entry("this or ssh", "The store is a folder of this host: a disk, a mount."),
        "keep": Entry("the job's", "Rules for this target, in place of the job's."),
        "quota": Entry(
            "none", "Maximum bytes of all jobs of that store together. A push beyond it ends with 26."),
        "ssh": Entry("this or directory", "[user@]host of the agent; needs store."),
        "port": Entry("22", "Port of the far end."),
        "identity": Entry(
            "agent, then ~/.ssh/id_*", "Private key without passphrase, mode 0600; not with ssh-command."),
        "known-hosts": Entry(
            "the user's and the system's",
            "The only file in which host keys are looked up; not with ssh-command."),
        "lanes": Entry("4", "Number of parallel upload streams of a large push, 1 to 16."),
        "store": Entry("required with ssh", "Absolute path of the store at the far end."),
        "remote-command": Entry(
            "hybridrep", "The program at the far end. A forced command there overrides it."),
        "ssh-command": Entry("none", "The system's ssh in place of the library, as in ssh -J bastion."),
        "limit-rate": Entry(
            "none", "Maximum bytes per second in each direction, or a mapping of times of day (UTC) to rates."
        ),
        "retry-for": Entry(
            "5m", "How long a push whose connection broke keeps trying after its last progress."),
    ]
}
