internal import ArgumentParser

/// Options that every command takes, before or after its own.
struct GlobalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Read this configuration file.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Flag(help: "Print JSON on standard output, one object per line.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print diagnostics on standard error.")
    var verbose = false

    @Flag(name: .shortAndLong, help: "Print only results, warnings and failures.")
    var quiet = false

    @Option(
        help: ArgumentHelp(
            "End the command cleanly (23) after this time, as in 90m or 6h.",
            valueName: "duration"))
    var deadline: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Format of standard error: text, journal (lines with <priority>) or json; default: journal under systemd, else text.",
            valueName: "format"))
    var logFormat: LogFormat?

    var loudness: Console.Loudness { verbose ? .verbose : quiet ? .quiet : .normal }
}

extension TimeSpan: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}
