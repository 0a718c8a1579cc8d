import ESE
import Foundation
import Platform
import TestSupport
import Testing

extension Tag {
    /// Takes seconds: the program waits before it believes a bad page.
    @Tag static var slow: Self
}

/// A host with one job, `mdb01`, and the places it works with: a folder of its own, gone with its last reference.
final class Site {
    static let job = "mdb01"

    let scratch: Scratch
    private(set) var configuration = ""
    /// Kept, and with it the server at the far end.
    private var links: [Link] = []

    init() throws { scratch = try Scratch() }

    func path(_ name: String) -> String { scratch.folder + "/" + name }

    var database: String { path("source/" + ESESet.databaseName) }
    var store: String { path("store") }
    var spool: String { path("spool/" + Self.job) }
    var state: String { path("state") }

    /// A site whose set is in `source` and whose only target, `vault`, is reached through `link`; initialised.
    convenience init(
        _ link: Link, pageSize: PageSize = .kib8, pages: UInt32 = 48, isDirty: Bool = false
    ) throws {
        try self.init()
        try makeSet(ESESet(size: pageSize, pages: pages, isDirty: isDirty))
        try configure(link)
    }

    /// A site with a source of another kind and a folder as target; initialised.
    convenience init(source: String, more: String = "") throws {
        try self.init()
        try configure(source: source, targets: ["vault": "directory: \(store)"], more: more)
        try expectGood("init", "vault")
    }

    /// A site whose job takes a full of the set a day and its logs in between, a folder as target; initialised.
    convenience init(withLogsOf set: ESESet) throws {
        try self.init()
        try makeSet(set)
        try configure(
            source: "ese: \(path("source"))", targets: ["vault": "directory: \(store)"],
            more: "full-every: 24h")
        try expectGood("init", "vault")
    }

    // MARK: what is there

    func makeSet(_ set: ESESet) throws { try set.write(to: path("source")) }

    /// Writes the configuration.
    ///
    /// - Parameters:
    ///   - source: What stands in the braces of `source`.
    ///   - targets: Of each target what stands in its braces.
    ///   - more: Further lines of the job.
    func configure(source: String, targets: KeyValuePairs<String, String>, more: String = "") throws {
        var lines = [
            "state: \(state)", "jobs:", "  \(Self.job):", "    source: {\(source)}",
            "    spool: {directory: \(path("spool")), keep: 2}",
            "    targets: [\(targets.map(\.key).joined(separator: ", "))]",
        ]
        if !more.isEmpty { lines.append("    " + more) }
        lines.append("targets:")
        lines += targets.map { "  \($0.key): {\($0.value)}" }
        configuration = try scratch.write(lines.joined(separator: "\n") + "\n")
    }

    /// Configures the folder `source` and one target, `vault`, and initialises that.
    func configure(_ link: Link) throws {
        links.append(link)
        try configure(source: "ese: \(path("source"))", targets: ["vault": link.target(store: store)])
        try expectGood("init", "vault")
    }

    /// Writes a file that is no database; returns what stands in the braces of its source.
    func makeRawFile() throws -> String {
        let file = path("db.img")
        try Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) })
            .write(to: URL(fileURLWithPath: file))
        return "file: \(file)"
    }

    /// A day's work on the database.
    @discardableResult func mutate(_ seed: UInt64, percent: Double = 8, appended: UInt32 = 2) throws
        -> ESEMutation.Outcome
    {
        let file = try HostFileSystem().open(database, .update)
        return try ESEMutation(percent: percent, appended: appended, seed: seed).apply(to: file)
    }

    /// Overwrites one byte of a file with its complement.
    func flip(_ path: String, at offset: Int) throws {
        let file = try HostFileSystem().open(path, .update)
        let byte = try file.bytes(at: offset, count: 1)[0]
        try file.write([~byte].span, at: offset)
    }

    /// Every file below a folder: path relative to it, and content.
    static func tree(_ folder: String) throws -> [String: Data] {
        var result: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            let path = folder + "/" + name
            let type = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
            guard type == .typeRegular else { continue }
            result[name] = try Data(contentsOf: URL(fileURLWithPath: path))
        }
        return result
    }

    /// The source's files; the restored ones have `hybridrep.json` besides.
    func source() throws -> [String: Data] { try Self.tree(path("source")) }

    func restored(_ name: String) throws -> [String: Data] {
        try Self.tree(path(name)).filter { $0.key != "hybridrep.json" }
    }

    /// Names of the store's files below `packs`, `points` and so on.
    func stored(_ kind: String) throws -> [String] {
        let folder = store + "/jobs/\(Self.job)/" + kind
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        return try Self.tree(folder).keys.sorted().map { folder + "/" + $0 }
    }

    // MARK: running

    func run(_ arguments: String..., input: [UInt8] = []) throws -> Command.Result {
        try run(arguments, input: input)
    }

    func run(_ arguments: [String], input: [UInt8] = []) throws -> Command.Result {
        try scratch.hybridrep(arguments + ["--config", configuration], input: input)
    }

    /// Runs a command by a clock that is ahead: `faketime` of the distribution.
    func run(later offset: String, _ arguments: String...) throws -> Command.Result {
        try run(later: offset, arguments)
    }

    func run(later offset: String, _ arguments: [String]) throws -> Command.Result {
        try Command.run(
            ["faketime", "-f", offset, try Command.built("hybridrep")] + arguments
                + ["--config", configuration], environment: scratch.environment)
    }

    /// Runs a command that must succeed; returns its standard output.
    @discardableResult func expectGood(
        _ arguments: String..., input: [UInt8] = [], at location: SourceLocation = #_sourceLocation
    ) throws -> String {
        let result = try run(arguments, input: input)
        #expect(result.status == 0, "\(arguments): \(result.errorText)", sourceLocation: location)
        return result.outputText
    }

    /// Runs a command that must fail, having printed no result; returns standard error.
    @discardableResult func expect(
        _ status: Int32, _ arguments: String..., input: [UInt8] = [],
        at location: SourceLocation = #_sourceLocation
    ) throws -> String {
        let result = try run(arguments, input: input)
        #expect(result.status == status, "\(arguments): \(result.errorText)", sourceLocation: location)
        return result.errorText
    }

    /// Runs a command with `--json`; returns its lines.
    func json(
        _ arguments: String..., status: Int32 = 0, input: [UInt8] = [],
        at location: SourceLocation = #_sourceLocation
    ) throws -> [Line] {
        let result = try run(arguments + ["--json"], input: input)
        #expect(result.status == status, "\(arguments): \(result.errorText)", sourceLocation: location)
        return try Line.parse(result.output)
    }

    /// The points of the job, oldest first.
    func points(at location: SourceLocation = #_sourceLocation) throws -> [Line] {
        let line = try #require(try json("list", Self.job, at: location).last)
        return try #require(line.fields["points"] as? [[String: Any]]).map(Line.init)
    }
}

/// A JSON object that the program printed.
struct Line {
    let fields: [String: Any]

    init(_ fields: [String: Any]) { self.fields = fields }

    static func parse(_ output: [UInt8]) throws -> [Line] {
        try output.split(separator: 0x0A).map { line in
            Line(try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]))
        }
    }

    var type: String? { text("message_type") }
    func text(_ key: String) -> String? { fields[key] as? String }
    func number(_ key: String) -> Int? { fields[key] as? Int }
    func flag(_ key: String) -> Bool? { fields[key] as? Bool }
}
