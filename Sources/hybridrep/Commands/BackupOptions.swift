internal import ArgumentParser

/// Options of commands that read a source.
struct BackupOptions: ParsableArguments {
    @Flag(help: "Make a point of a source with bad pages, marked as damaged.")
    var acceptDamaged = false

    @Flag(
        help:
            "Make a point of a set that is recoverable only with loss (-582) or lacks a database, marked as damaged."
    )
    var acceptLoss = false

    @Option(
        help: ArgumentHelp(
            "Make a good point without this file or subfolder of the set; may be given again.",
            valueName: "name"))
    var leaveOut: [String] = []

    @Flag(help: "Take a full, though the job's full-every says that the logs would do.")
    var full = false

    @Flag(
        help: "Take the job over: its points are of another host or source, or of a host that was replaced.")
    var adopt = false

    @Option(
        help: ArgumentHelp("Fail unless the file or stream has exactly this many bytes.", valueName: "bytes"))
    var expectBytes: Int?

    @Option(help: ArgumentHelp("Wait this long for another run of the job to end.", valueName: "duration"))
    var lockWait: TimeSpan?

    var lockWaitSeconds: Int { lockWait?.seconds ?? 0 }
}
