import BackupStream
import ESE
import Platform
import TestSupport
import Testing

@Suite struct SetInspectionTests {
    let bench: Bench
    var folder: String { bench.path("set") }
    init() throws { bench = try Bench() }

    func inspect() throws -> SetInspection { try SetInspection(opening: folder, logs: nil, in: bench.files) }

    @Test("a whole set, its logs read to their ends")
    func whole() throws {
        try ESESet(isDirty: true).write(to: folder)
        var read = 0
        let set = try SetInspection(opening: folder, logs: nil, in: bench.files) { done, total in
            read = done
            #expect(total == 4 * 65_536)
        }
        #expect(read == 4 * 65_536)
        #expect(set.databases.map(\.verdict.outcome) == [.complete(.soft, logs: 1...4)])
        #expect(set.databases.map(\.verdict.warnings) == [[]])
        #expect(set.streams.map(\.base) == ["E00"])
        #expect(set.streams.map(\.chain.firstError) == [nil])
    }

    @Test("the checkpoint is judged as it lies there")
    func checkpoints() throws {
        try ESESet(isDirty: true).write(to: folder)
        let path = folder + "/E00.chk"
        try bench.files.open(path, .update).write(ESELog.checkpoint(1, seed: 8).span, at: 0)
        #expect(
            try inspect().databases.map(\.verdict.description) == [
                "not recoverable: -532 JET_errBadCheckpointSignature: "
                    + "the checkpoint is of another log stream; without it recovery begins at the first log"
            ])
        try bench.files.open(path, .update).write([UInt8](repeating: 1, count: 8192).span, at: 0)
        #expect(
            try inspect().databases.map(\.verdict.warnings) == [
                ["checkpoint damaged (-533 JET_errCheckpointCorrupt): recovery begins at the first log"]
            ])
        try bench.files.remove(path)
        #expect(
            try inspect().databases.map(\.verdict.warnings) == [
                ["no checkpoint (-542 JET_errCheckpointFileNotFound): recovery begins at the first log"]
            ])
    }

    @Test("with two streams in a folder, no database has the other's checkpoint")
    func twoStreams() throws {
        try ESESet(isDirty: true).write(to: folder)
        var other = ESESet(seed: 2, isDirty: true)
        other.stream.base = "E01"
        try other.write(to: bench.path("other"))
        for name in try bench.files.list(bench.path("other")) {
            let new = name == "mdb01.edb" ? "mdb02.edb" : name
            try bench.files.rename(bench.path("other") + "/" + name, to: folder + "/" + new)
        }
        #expect(try inspect().databases.map(\.verdict.warnings) == [[], []])
        try bench.files.remove(folder + "/E00.chk")
        let set = try inspect()
        #expect(set.databases.map(\.verdict.isRecoverable) == [true, true])
        #expect(set.databases.map(\.checkpoint.isAbsent) == [true, false])
    }

    @Test("damage in a log's data is in chain and verdict")
    func damage() throws {
        try ESESet(isDirty: true).write(to: folder)
        try bench.files.open(folder + "/E0000000002.log", .update).write([9, 9, 9].span, at: 9000)
        let set = try inspect()
        #expect(set.streams.map(\.chain.firstError) == [.logFileCorrupt])
        #expect(set.databases.map(\.verdict.isRecoverable) == [false])
        let logs = try LogInspection(opening: folder, in: bench.files)
        #expect(logs.streams.map(\.chain) == set.streams.map(\.chain))
    }

    @Test("one log, with the checkpoint beside it", arguments: ESELogStream.Format.allCases)
    func single(format: ESELogStream.Format) throws {
        var set = ESESet(isDirty: true)
        set.stream.format = format
        try set.write(to: folder)
        let log = try #require(LogInspection(opening: folder + "/E0000000003.log", in: bench.files).single)
        #expect(log.fact.problem == nil)
        #expect(log.header.generation == 3)
        #expect(log.data.used > 3)
        #expect(log.checkpoint == LogPosition(generation: 1, sector: 1, byte: 0))
    }

    @Test("kinds of files")
    func kinds() throws {
        try ESESet().write(to: folder)
        let kinds = try ["mdb01.edb", "E00.log", "E00.chk"].map {
            try FileInspection.kind(of: folder + "/" + $0, in: bench.files)
        }
        #expect(kinds == [.database, .log, .checkpoint])
        let header = try CheckpointInspection(opening: folder + "/E00.chk", in: bench.files).header
        #expect(header.checkpoint.generation == 1)
        try bench.files.open(folder + "/E00.chk", .update).write(
            [UInt8](repeating: 1, count: 8192).span, at: 0)
        let error = #expect(throws: BackupError.self) {
            try CheckpointInspection(opening: folder + "/E00.chk", in: bench.files)
        }
        #expect(error?.exitCode == 21)
    }
}

extension CheckpointFact {
    fileprivate var isAbsent: Bool { self == .absent }
}
