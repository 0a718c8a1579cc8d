import ESE
import Foundation
import Platform
import TestSupport
import Testing

/// A point in a store, and what its rehearsal must find.
struct RehearsedPoint {
    enum Kind: CaseIterable {
        case set
        case logs
        case dump
        case database
        case stream
        case command
    }

    let kind: Kind
    let site: Site
    let generation: Int
    /// A copy of what must come back.
    let copy: String
    /// Of each database the pages that it has; a raw image's name is empty.
    let pages: [String: Int]
    /// What is said of each database's logs.
    let logVerdict: String?

    /// The command of a rehearsal that ends well when what came back is the copy.
    var comparison: String { "diff -r -x hybridrep.json {} \(copy)" }

    /// Twenty of them.
    static func ofEveryKind() throws -> [Self] { try Kind.allCases.flatMap { try of($0) } }

    /// Points of one kind, of a job of their own.
    static func of(_ kind: Kind) throws -> [Self] {
        let site = try Site()
        return switch kind {
        case .set: try PageSize.allCases.flatMap { try set($0) }
        case .logs: try logs(site)
        case .dump: try raw(.dump, site, "file: \(site.path("now"))", [300_000, 290_000, 290_001])
        case .database: try databases(site)
        case .stream: try raw(.stream, site, "stdin: true", [200_000, 210_000, 210_000])
        case .command:
            try raw(.command, site, "command: [cat, \"\(site.path("now"))\"]", [150_000, 160_000])
        }
    }

    /// Makes the job and its store.
    private static func configure(_ site: Site, _ source: String, more: String = "") throws {
        try site.configure(source: source, targets: ["vault": "directory: \(site.store)"], more: more)
        try site.expectGood("init", "vault")
    }

    /// A set of one database with pages of this size.
    private static func set(_ size: PageSize) throws -> [Self] {
        let site = try Site()
        try site.makeSet(ESESet(size: size, pages: 40))
        try configure(site, "ese: \(site.path("source"))")
        try site.expectGood("run", Site.job)
        let copy = try kept(site.path("source"), of: site, 1)
        return [
            Self(
                kind: .set, site: site, generation: 1, copy: copy,
                pages: [ESESet.databaseName: try pages(copy + "/" + ESESet.databaseName, size)],
                logVerdict: "recoverable, clean: needs no logs")
        ]
    }

    /// A dirty set, and log points of its day.
    private static func logs(_ site: Site) throws -> [Self] {
        try site.makeSet(ESESet(pages: 60, isDirty: true))
        try configure(
            site, "ese: \(site.path("source"))", more: "full-every: 24h")
        return try (1...4).map { point in
            if point > 1 {
                _ = try ESEDay(logs: 2, percent: 10, appended: 3, seed: UInt64(point)).apply(
                    to: site.path("source"))
            }
            try site.expectGood("run", Site.job)
            #expect(try site.points().last?.text("kind") == (point == 1 ? "full" : "logs"))
            let copy = try kept(site.path("source"), of: site, point)
            if point > 1 {
                // The database as its full has it, the logs as they are now, and no checkpoint.
                let files = FileManager.default
                for name in [ESESet.databaseName, "E00.chk"] {
                    try files.removeItem(atPath: copy + "/" + name)
                }
                try files.copyItem(
                    atPath: site.path("copy-1/" + ESESet.databaseName),
                    toPath: copy + "/" + ESESet.databaseName)
            }
            return Self(
                kind: .logs, site: site, generation: point, copy: copy,
                pages: [ESESet.databaseName: try pages(copy + "/" + ESESet.databaseName, .kib8)],
                logVerdict: "recoverable, complete: needs logs 1-4 (0x1-0x4)")
        }
    }

    /// A database that is one file.
    private static func databases(_ site: Site) throws -> [Self] {
        let file = site.path("now")
        let created = try HostFileSystem().open(file, .create)
        try ESESet(pages: 48).database.write(to: created)
        try configure(site, "file: \(file)")
        return try (1...3).map { night in
            if night > 1 {
                let opened = try HostFileSystem().open(file, .update)
                _ = try ESEMutation(percent: 10, appended: 2, seed: UInt64(night)).apply(to: opened)
            }
            try site.expectGood("run", Site.job)
            let copy = try kept(file, of: site, night)
            return Self(
                kind: .database, site: site, generation: night, copy: copy,
                pages: ["": try pages(copy, .kib8)], logVerdict: nil)
        }
    }

    /// Bytes that are no database, of these lengths: the first ones random, each later one the older with a change.
    private static func raw(
        _ kind: Kind, _ site: Site, _ source: String, _ lengths: [Int]
    ) throws -> [Self] {
        var random = SeededGenerator(seed: 11)
        var bytes = random.bytes(lengths.max() ?? 0)
        try configure(site, source)
        return try lengths.enumerated().map { index, length in
            let now = Array(bytes.prefix(length))
            bytes[100] ^= 1
            try Data(now).write(to: URL(fileURLWithPath: site.path("now")))
            try site.expectGood("run", Site.job, input: kind == .stream ? now : [])
            return Self(
                kind: kind, site: site, generation: index + 1,
                copy: try kept(site.path("now"), of: site, index + 1), pages: [:], logVerdict: nil)
        }
    }

    /// Keeps what was backed up.
    private static func kept(_ path: String, of site: Site, _ number: Int) throws -> String {
        let copy = site.path("copy-\(number)")
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        return copy
    }

    /// Of a file by its length: the first two blocks are headers.
    private static func pages(_ path: String, _ size: PageSize) throws -> Int {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path)).count
        return bytes / size.bytes - 2
    }
}
