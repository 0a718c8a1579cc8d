internal import ArgumentParser
internal import ESE
internal import Platform
internal import TestSupport

/// Makes ESE sets for tests, demonstrations and measurements, and ages them.
@main struct MakeESESet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-ese-set",
        abstract: "Make an ESE set in a folder, change one database of such a set, or give a set its day.")

    @Argument(help: "The folder to fill or to work on, or with --mutate the database file to change.")
    var path: String
    @Option(help: "Pages of the database.") var pages: UInt32 = 1024
    @Option(help: "Page size in bytes: 2048, 4096, 8192, 16384 or 32768.") var pageSize = 8192
    @Option(help: "The same seed makes the same bytes.") var seed: UInt64 = 1
    @Flag(help: "Leave the database in dirty shutdown; it then requires all logs.") var dirty = false
    @Option(help: "How many logs.") var logs: Int32 = 4
    @Option(help: "Page checksums: new, old, or mixed as after an upgrade.") var format = "new"
    @Option(help: "Levels of the tree of owned extents.") var treeLevels = 1
    @Option(help: "Slots with garbage behind the end of the database.") var garbage: UInt32 = 0
    @Flag(help: "Write the flush map, too, mdb01.jfm.") var flushMap = false
    @Option(help: "Version of the logs, 7 or 8.") var logVersion = 8
    @Option(help: "Length of a log in bytes, a multiple of 4096.") var logSize = 65536
    @Option(help: "Base name of logs and checkpoint, three characters.") var base = "E00"
    @Flag(help: "Five digits in the names of logs instead of eight.") var shortNames = false
    @Flag(help: "Mark the logs as written under circular logging.") var circular = false
    @Option(help: "Work on an existing set: write this many logs, move the checkpoint, change pages.")
    var day: Int32?
    @Option(help: "Change this share of the written pages, in percent, by 200 to 600 bytes each.")
    var mutate: Double?
    @Option(help: "Pages to append when changing a database.") var append: UInt32 = 0

    func validate() throws {
        guard PageSize(rawValue: pageSize) != nil else {
            throw ValidationError("--page-size is no page size")
        }
        guard let format = ESEDatabase.PageFormat(rawValue: format), format == .new || pageSize <= 8192 else {
            throw ValidationError("--format is new, old or mixed; pages above 8 KiB are always new")
        }
        guard (1...10).contains(treeLevels), treeLevels == 1 || pages >= 1 << (treeLevels + 4) else {
            throw ValidationError("--tree-levels is too high for as many pages")
        }
        guard pages >= 8 else { throw ValidationError("--pages must be at least 8") }
        guard (1...30_000).contains(logs) else { throw ValidationError("--logs must be 1 to 30000") }
        guard (1...30_000).contains(day ?? 1) else { throw ValidationError("--day must be 1 to 30000") }
        guard (7...8).contains(logVersion) else { throw ValidationError("--log-version must be 7 or 8") }
        guard logSize % 4096 == 0, (12_288...33_550_336).contains(logSize) else {
            throw ValidationError("--log-size must be a multiple of 4096, 12288 to 33550336")
        }
        guard base.utf8.count == 3 else { throw ValidationError("--base must have three characters") }
        guard (0...100).contains(mutate ?? 0) else { throw ValidationError("--mutate must be 0 to 100") }
    }

    func run() throws {
        if let day {
            let outcome = try ESEDay(logs: day, percent: mutate ?? 5, appended: append, seed: seed)
                .apply(to: path)
            let logs = "\(outcome.generations.lowerBound)-\(outcome.generations.upperBound)"
            print(
                "\(outcome.changedPages) pages changed, logs \(logs) written, checkpoint \(outcome.checkpoint)"
            )
            return
        }
        if mutate != nil || append > 0 {
            let file = try HostFileSystem().open(path, .update)
            let outcome = try ESEMutation(percent: mutate ?? 0, appended: append, seed: seed).apply(to: file)
            print("\(outcome.changed.count) pages changed, \(outcome.appended) appended")
            return
        }
        guard let size = PageSize(rawValue: pageSize) else { return }
        var set = ESESet(size: size, pages: pages, seed: seed, isDirty: dirty, logs: logs)
        set.database.format = ESEDatabase.PageFormat(rawValue: format) ?? .new
        set.database.treeLevels = treeLevels
        set.database.garbageSlots = garbage
        set.database.hasFlushMap = flushMap
        set.stream.format = logVersion == 7 ? .records : .segments
        set.stream.base = base
        set.stream.hasLongNames = !shortNames
        set.stream.isCircular = circular
        set.stream.units = UInt16(logSize / 4096)
        set.stream.used = min(set.stream.used, set.stream.units - 2)
        try set.write(to: path)
        guard flushMap else { return }
        let map = try HostFileSystem().open(path + "/mdb01.jfm", .create)
        try map.write(set.database.flushMap(isClean: !dirty).span, at: 0)
    }
}
