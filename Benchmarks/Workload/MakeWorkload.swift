internal import ArgumentParser
internal import Platform
internal import TestSupport

/// Makes a file like a database, and what a night may make of it, for measurements.
@main struct MakeWorkload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-workload", abstract: "Make a database-like file, or its next version.",
        subcommands: [First.self, Next.self, Damage.self])
}

/// A new file.
struct First: ParsableCommand {
    @Argument var path: String
    @Option(help: "Its length in MiB.") var mib = 1024
    @Option(help: "Percent of its pages that are blank, scattered as in databases.") var blank = 0
    @Option var seed: UInt64 = 1

    func run() throws {
        var maker = PageMaker(seed: seed)
        var random = SeededGenerator(seed: seed)
        let blankPage = [UInt8](repeating: 0, count: PageMaker.pageBytes)
        let file = try HostFileSystem().open(path, .create)
        for piece in 0..<mib {
            var pages = maker.pages(128, from: UInt64(piece) * 128)
            for page in 0..<128 where blank > 0 && Int.random(in: 0..<100, using: &random) < blank {
                let start = page * PageMaker.pageBytes
                pages.replaceSubrange(start..<start + PageMaker.pageBytes, with: blankPage)
            }
            try file.write(pages.span, at: piece << 20)
        }
    }
}

/// The next version of a file.
struct Next: ParsableCommand {
    enum Kind: String, ExpressibleByArgument, CaseIterable { case pages1, pages5, shift, churn30 }
    @Argument(help: "The version before.") var old: String
    @Argument(help: "The file to write.") var new: String
    @Option(
        help: """
            pages1: 1 % of the pages change by 200 to 600 bytes; pages5: 5 %, most of them in one tenth; shift: 0.2 %, \
            and 4097 bytes inserted at 1000; churn30: 30 % rewritten. All grow by 0.2 %.
            """) var kind: Kind = .pages1
    @Option var seed: UInt64 = 1
    @Option(
        help: "Write changed pages as they were to X.old, and all new bytes to X.new, for the byte floor.")
    var floor: String?

    func run() throws {
        let files = HostFileSystem()
        let source = try files.open(old, .read)
        let count = try source.status().length / PageMaker.pageBytes
        var random = SeededGenerator(seed: seed)
        let changed = Self.changed(kind, of: count, &random)
        let target = try files.open(new, .create)
        var outputs = try floor.map {
            (old: try files.open($0 + ".old", .create), new: try files.open($0 + ".new", .create))
        }
        var floorBytes = (old: 0, new: 0)
        var maker = PageMaker(seed: seed + 1000)
        var offset = 0
        func write(_ bytes: [UInt8]) throws {
            try target.write(bytes.span, at: offset)
            offset += bytes.count
        }
        func note(_ was: [UInt8], _ bytes: [UInt8]) throws {
            try outputs?.old.write(was.span, at: floorBytes.old)
            try outputs?.new.write(bytes.span, at: floorBytes.new)
            floorBytes.old += was.count
            floorBytes.new += bytes.count
        }
        let atOnce = 128
        for first in stride(from: 0, to: count, by: atOnce) {
            let pages = min(atOnce, count - first)
            var piece = try source.bytes(at: first * PageMaker.pageBytes, count: pages * PageMaker.pageBytes)
            for page in first..<first + pages where changed.contains(page) {
                let range = (page - first) * PageMaker.pageBytes..<(page - first + 1) * PageMaker.pageBytes
                let was = Array(piece[range])
                let fresh = maker.pages(1, from: UInt64(page))
                let isRewritten = kind == .churn30
                let bytes = isRewritten ? fresh : PageMaker.changed(was, with: fresh, &random)
                piece.replaceSubrange(range, with: bytes)
                try note(was, bytes)
            }
            if kind == .shift, first == 0 {
                let inserted = Array(maker.pages(1, from: 1 << 40)[..<4097])
                try note([], inserted)
                piece.insert(contentsOf: inserted, at: 1000)
            }
            try write(piece)
        }
        for page in 0..<max(1, count / 500) {
            let bytes = maker.pages(1, from: UInt64(count + page))
            try write(bytes)
            try note([], bytes)
        }
        outputs = nil
        print("\(changed.count) pages changed")
    }

    private static func changed(_ kind: Kind, of count: Int, _ random: inout SeededGenerator) -> Set<Int> {
        var found: Set<Int> = []
        func add(_ wanted: Int, in range: Range<Int>) {
            while found.count < wanted { found.insert(Int.random(in: range, using: &random)) }
        }
        switch kind {
        case .pages1: add(count / 100, in: 0..<count)
        case .shift: add(count / 500, in: 0..<count)
        case .churn30: add(count * 3 / 10, in: 0..<count)
        case .pages5:
            let hot = Int.random(in: 0..<count * 9 / 10, using: &random)
            add(count * 35 / 1000, in: hot..<hot + count / 10)
            add(count / 20, in: 0..<count)
        }
        return found
    }
}

/// Wrong bytes in a file, for restores in place.
struct Damage: ParsableCommand {
    enum Kind: String, ExpressibleByArgument, CaseIterable { case one, pieces }
    @Argument var path: String
    @Option(help: "one: a hundredth of the file in its middle; pieces: some bytes in every hundredth page or so.")
    var kind: Kind = .one
    @Option var seed: UInt64 = 1

    func run() throws {
        let file = try HostFileSystem().open(path, .update)
        let length = try file.status().length
        var random = SeededGenerator(seed: seed)
        switch kind {
        case .one:
            for offset in stride(from: length / 2, to: length / 2 + length / 100, by: 1 << 16) {
                try file.write(random.bytes(1 << 16).span, at: offset)
            }
        case .pieces:
            for _ in 0..<length / PageMaker.pageBytes / 100 {
                let page = Int.random(in: 0..<length / PageMaker.pageBytes, using: &random)
                try file.write(random.bytes(512).span, at: page * PageMaker.pageBytes + 100)
            }
        }
    }
}
