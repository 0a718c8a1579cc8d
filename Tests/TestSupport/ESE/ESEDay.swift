internal import ESE
package import Platform

/// A day's work on a whole set on disk: pages change, logs are written, the checkpoint moves.
///
/// The current log gets its archived name, as many new ones follow, and every database of the stream requires
/// the newest of them, or when it was shut down cleanly, is consistent there.
package struct ESEDay: Sendable {
    /// Logs written; the last one is the new current log.
    package var logs: Int32
    /// Share of the written pages that change, 0 to 100.
    package var percent: Double
    package var appended: UInt32 = 0
    package var seed: UInt64
    /// Logs that a dirty database requires in the evening, at most.
    package var depth: Int32 = 3

    package init(logs: Int32 = 4, percent: Double = 5, appended: UInt32 = 0, seed: UInt64 = 1) {
        self.logs = logs
        self.percent = percent
        self.appended = appended
        self.seed = seed
    }

    package enum Failure: Error {
        case file(SystemError)
        case noCurrentLog
        case mutation(ESEMutation.Failure)
    }

    /// What was written.
    package struct Outcome: Equatable, Sendable {
        package var changedPages = 0
        /// Generations of the new logs.
        package var generations: ClosedRange<Int32>
        /// Where the checkpoint stands now.
        package var checkpoint: Int32
    }

    /// Gives a set its day.
    ///
    /// - Parameter logFolder: Where the logs and the checkpoint lie, when not beside the databases.
    package func apply(
        to folder: String, logs logFolder: String? = nil, _ files: any FileSystem = HostFileSystem()
    ) throws(Failure) -> Outcome {
        let logFolder = logFolder ?? folder
        let names = try Self.list(logFolder, files)
        guard let current = names.first(where: { LogName($0)?.role == .current }) else {
            throw .noCurrentLog
        }
        let base = String(current.prefix(3))
        let old = try Self.read(logFolder + "/" + current, files)
        let generation = Int32(bitPattern: old.span.uint32(at: 4))
        let written = generation + 1...generation + max(1, logs)
        let checkpoint = max(1, written.upperBound - depth + 1)
        var stream = ESELogStream(seed: seed)
        stream.base = base
        stream.hasLongNames = !names.contains { $0.count == base.count + 9 && LogName($0) != nil }
        stream.units = UInt16(clamping: old.count / ESELog.segmentBytes)
        stream.used = min(stream.used, stream.units - 2)
        stream.format = old.span.uint32(at: 32) == 7 ? .records : .segments
        do throws(SystemError) {
            try files.rename(
                logFolder + "/" + current, to: logFolder + "/" + stream.archivedName(generation))
            try Self.write(written, behind: old, stream, logFolder, checkpoint, files)
            try Self.move(logFolder + "/" + stream.checkpointName, to: checkpoint, files)
        } catch { throw .file(error) }
        var outcome = Outcome(generations: written, checkpoint: checkpoint)
        for name in try Self.list(folder, files) {
            outcome.changedPages += try work(on: folder + "/" + name, old, outcome, files)
        }
        return outcome
    }

    /// Writes logs whose headers are the old one's with the next number, times and sum.
    private static func write(
        _ generations: ClosedRange<Int32>, behind old: [UInt8], _ stream: ESELogStream, _ folder: String,
        _ checkpoint: Int32, _ files: any FileSystem
    ) throws(SystemError) {
        var previous = old
        for generation in generations {
            var header = Array(previous[..<LogHeader.byteCount])
            header.put(Array(previous[16..<24]), at: 24)
            header.put(generation, at: 4)
            header.put(ESELog.created(generation), at: 16)
            header.put(
                LogPosition(generation: min(checkpoint, generation - 1), sector: 1, byte: 0), at: 640)
            if stream.format == .segments {
                header.put(ESELog.accumulatedSum(of: previous), at: 653)
            }
            header.sealHeader()
            previous = stream.log(header)
            let isCurrent = generation == generations.upperBound
            let name = isCurrent ? stream.base + ".log" : stream.archivedName(generation)
            try files.open(folder + "/" + name, .create).write(previous.span, at: 0)
        }
    }

    private static func move(
        _ path: String, to generation: Int32, _ files: any FileSystem
    ) throws(SystemError) {
        guard try files.status(path) != nil else { return }
        let file = try files.open(path, .update)
        var copy = try file.bytes(at: 0, count: 4096)
        copy.put(LogPosition(generation: generation, sector: 1, byte: 0), at: 12)
        copy.sealHeader()
        for offset in [0, 4096] { try file.write(copy.span, at: offset) }
    }

    /// Changes pages and header of a database of the stream; leaves any other file alone.
    private func work(
        on path: String, _ log: [UInt8], _ day: Outcome, _ files: any FileSystem
    ) throws(Failure) -> Int {
        do throws(SystemError) {
            guard try files.status(path)?.kind == .regular else { return 0 }
        } catch { throw .file(error) }
        guard let pair = try Self.header(path, files), pair.header.logSignature == Signature(log.span, at: 44)
        else { return 0 }
        let file: any OpenFile
        do throws(SystemError) { file = try files.open(path, .update) } catch { throw .file(error) }
        let changed: Int
        do throws(ESEMutation.Failure) {
            let mutation = ESEMutation(percent: percent, appended: appended, seed: seed)
            changed = try mutation.apply(to: file).changed.count
        } catch { throw .mutation(error) }
        do throws(SystemError) {
            var header = try file.bytes(at: 0, count: pair.pageSize.bytes)
            raise(&header, day)
            for slot in 0..<2 { try file.write(header.span, at: slot * header.count) }
        } catch { throw .file(error) }
        return changed
    }

    private func raise(_ header: inout [UInt8], _ day: Outcome) {
        let newest = day.generations.upperBound
        if header.span.uint32(at: 52) == DatabaseState.cleanShutdown.rawValue {
            header.put(LogPosition(generation: newest, sector: 1, byte: 0), at: 56)
            header.put(ESELog.created(newest), at: 64)
        } else {
            header.put(day.checkpoint, at: 296)
            header.put(newest, at: 300)
            header.put(newest, at: 416)
            header.put(ESELog.created(newest), at: 348)
            header.put(ESELog.created(newest), at: 672)
        }
        header.sealHeader()
    }

    private static func header(
        _ path: String, _ files: any FileSystem
    ) throws(Failure) -> HeaderPair? {
        do throws(SystemError) {
            let file = try files.open(path, .read)
            let count = min(try file.status().length, HeaderPair.prefixBytes)
            let prefix = try file.bytes(at: 0, count: count)
            return try? HeaderPair.find(in: prefix.span)
        } catch { throw .file(error) }
    }

    private static func list(_ folder: String, _ files: any FileSystem) throws(Failure) -> [String] {
        do throws(SystemError) { return try files.list(folder) } catch { throw .file(error) }
    }

    private static func read(_ path: String, _ files: any FileSystem) throws(Failure) -> [UInt8] {
        do throws(SystemError) { return try files.contents(path, limit: 64 << 20) } catch {
            throw .file(error)
        }
    }
}
