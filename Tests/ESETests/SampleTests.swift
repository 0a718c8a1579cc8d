import ESE
import Platform
import TestSupport
import Testing

/// Where the independent checker and the real databases are, when they are.
enum Oracle {
    static let samples = PackageRoot.shared("samples")
    static let checker = PackageRoot.shared("tools/ese_check.py")
    static let hasNumpy = (try? Command.run(["python3", "-c", "import numpy"]))?.status == 0
    static let canCheck = checker != nil && hasNumpy

    static let absence: Comment = "needs ../shared/samples"
    static let noChecker: Comment = "needs ../shared/tools/ese_check.py, python3 and numpy"

    /// Prints one line a slot: number and verdict; for correctable pages the bits.
    static let pagesScript = """
        import importlib.util, sys
        spec = importlib.util.spec_from_file_location('ese_check', sys.argv[1])
        m = importlib.util.module_from_spec(spec); spec.loader.exec_module(m)
        d = m.load(sys.argv[2]); cb = m.find_header(d)[0]
        for n in range(1, len(d) // cb - 1):
            pg = d[(n+1)*cb:(n+2)*cb]
            v, det = m.check_page(pg, n)
            print(n, v, *(det if v == 'correctable' else []))
        """

    static func gunzipped(_ path: String) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let plain = folder.path + "/plain"
        let result = try Command.run(["sh", "-c", "gzip -dc \"$0\" > \"$1\"", path, plain])
        #expect(result.status == 0, "\(result.stderr)")
        return try read(plain)
    }

    static func read(_ path: String) throws -> [UInt8] {
        let file = try HostFileSystem().open(path, .read)
        var bytes = [UInt8](repeating: 0, count: try file.status().length)
        var span = bytes.mutableSpan
        #expect(try file.read(into: &span, at: 0) == bytes.count)
        return bytes
    }

    /// The checker's verdict in our words: `good`, `blank`, `correctable 17` or `bad`.
    static func checkerVerdicts(_ path: String) throws -> [String] {
        let result = try Command.run(["python3", "-c", pagesScript, checker ?? "", path])
        #expect(result.status == 0, "\(result.stderr)")
        let words = ["ok": "good", "uninit": "blank", "badpgno": "bad"]
        return result.stdout.split(separator: "\n").map { line in
            let parts = line.split(separator: " ").dropFirst().map(String.init)
            return parts.map { words[$0] ?? $0 }.joined(separator: " ")
        }
    }

    static func ourVerdicts(_ bytes: [UInt8]) throws -> [String] {
        let size = try HeaderPair.find(in: bytes.span).pageSize
        return (1..<UInt32(bytes.count / size.bytes - 1)).map { number in
            let offset = size.offset(ofPage: number)
            let page = bytes.span.extracting(offset..<offset + size.bytes)
            switch PageChecksum.verdict(of: page, number: number) {
            case .good: return "good"
            case .blank: return "blank"
            case .correctable(let bits): return "correctable " + bits.map(String.init).joined(separator: " ")
            case .wrongNumber, .badChecksum, .lostWrite, .notInitialized: return "bad"
            }
        }
    }
}

struct Sample: CustomTestStringConvertible, Sendable {
    let name: String
    let pageSize: Int
    let state: String
    let slots: UInt32
    let owned: UInt32
    let good: Int
    let blank: Int
    var testDescription: String { name }

    static let all = [
        Sample(
            name: "dissect-basic.edb", pageSize: 4096, state: "Clean Shutdown", slots: 254, owned: 254,
            good: 23, blank: 231),
        Sample(
            name: "eseparser-decompress_test.edb", pageSize: 8192, state: "Clean Shutdown", slots: 254,
            owned: 254, good: 18, blank: 236),
        Sample(
            name: "goese-qmgr.db", pageSize: 16384, state: "Dirty Shutdown", slots: 78, owned: 78, good: 43,
            blank: 35),
        Sample(
            name: "dissect-large.edb", pageSize: 32768, state: "Clean Shutdown", slots: 766, owned: 766,
            good: 381, blank: 385),
        Sample(
            name: "dissect-SRUDB.dat", pageSize: 4096, state: "Clean Shutdown", slots: 158, owned: 142,
            good: 79, blank: 63),
        Sample(
            name: "goese-ual-HyperV-PC-Current.mdb", pageSize: 4096, state: "Dirty Shutdown", slots: 254,
            owned: 254, good: 53, blank: 201),
        Sample(
            name: "plaso-Catalog1.edb", pageSize: 4096, state: "Clean Shutdown", slots: 768, owned: 768,
            good: 209, blank: 559),
    ]

    var path: String { (Oracle.samples ?? "") + "/" + name + ".gz" }
}

@Suite(.enabled(if: Oracle.samples != nil, Oracle.absence)) struct SampleTests {
    @Test("real databases are read as their documentation says", arguments: Sample.all)
    func facts(sample: Sample) throws {
        let bytes = try Oracle.gunzipped(sample.path)
        #expect(FileKind.sniff(bytes.span.extracting(first: FileKind.prefixBytes)) == .database)
        let pair = try HeaderPair.find(in: bytes.span)
        #expect(pair.state == .good)
        #expect(pair.pageSize.bytes == sample.pageSize)
        #expect("\(pair.header.state)" == sample.state)
        let size = pair.pageSize
        var tally = PageTally()
        for number in 1...sample.slots {
            let offset = size.offset(ofPage: number)
            tally.add(page: bytes.span.extracting(offset..<offset + size.bytes), number: number)
        }
        let end = OwnedExtent.end(size) { number in
            let offset = size.offset(ofPage: number)
            return offset + size.bytes <= bytes.count ? Array(bytes[offset..<offset + size.bytes]) : nil
        }
        let report = tally.finish(ownedEnd: end)
        #expect(report.isGood)
        #expect(report.slots == sample.slots)
        #expect(report.good == sample.good)
        #expect(report.blank == sample.blank)
        #expect(report.badBehindEnd == Int(sample.slots) - sample.good - sample.blank)
        if sample.name == "dissect-SRUDB.dat" { #expect(end == .page(sample.owned)) }
        let verdict = SetVerdict.judge(DatabaseFacts(pair.header), logs: [])
        #expect(verdict.isRecoverable == (sample.state == "Clean Shutdown"))
        if sample.name.hasPrefix("goese-ual") {
            #expect(
                verdict.description == "not recoverable: -543 JET_errRequiredLogFilesMissing: "
                    + "log 124 (0x7C) required, not there")
        }
    }

    @Test(
        "every page of real databases agrees with the checker",
        .enabled(if: Oracle.canCheck, Oracle.noChecker), arguments: Sample.all)
    func pages(sample: Sample) throws {
        #expect(try Oracle.ourVerdicts(Oracle.gunzipped(sample.path)) == Oracle.checkerVerdicts(sample.path))
    }

    @Test(
        "damaged real pages agree with the checker", .enabled(if: Oracle.canCheck, Oracle.noChecker),
        arguments: Sample.all)
    func damagedPages(sample: Sample) throws {
        var bytes = try Oracle.gunzipped(sample.path)
        var generator = SeededGenerator(seed: UInt64(sample.slots))
        for slot in 2..<Int(sample.slots) + 2 {
            for _ in 0..<Int(generator.next() % 4) {
                bytes[slot * sample.pageSize + Int(generator.next() % UInt64(sample.pageSize))] ^=
                    1 << UInt8(generator.next() % 8)
            }
        }
        let folder = try TemporaryFolder()
        let path = folder.path + "/damaged.edb"
        try HostFileSystem().open(path, .create).write(bytes.span, at: 0)
        #expect(try Oracle.ourVerdicts(bytes) == Oracle.checkerVerdicts(path))
    }
}
