internal import ArgumentParser

/// Options of commands that read a source.
struct BackupOptions: ParsableArguments {
    @Flag(help: "Make a point of a source with bad pages; the point is marked as damaged.")
    var acceptDamaged = false

    @Flag(
        help:
            "Make a point of a set that is recoverable only with loss (-582) or lacks a database; it is marked as damaged."
    )
    var acceptLoss = false

    @Option(
        help: ArgumentHelp(
            "Make a good point without this file or subfolder of the set; can be repeated.",
            valueName: "name"))
    var leaveOut: [String] = []

    @Flag(help: "Take a full, even if full-every of the job would allow a log point.")
    var full = false

    @Flag(
        help: "Take over a job whose points are of another host or source, or of a replaced host.")
    var adopt = false

    @Option(
        help: ArgumentHelp("Fail unless the file or stream has exactly this many bytes.", valueName: "bytes"))
    var expectBytes: Int?

    @Option(
        help: ArgumentHelp("Wait up to this time for another run of the job to end.", valueName: "duration"))
    var lockWait: TimeSpan?

    var lockWaitSeconds: Int { lockWait?.seconds ?? 0 }
}
