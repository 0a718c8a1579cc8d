package import ESE
package import Platform

/// A database with its logs and checkpoint, as a file-level copy finds them.
package struct ESESet: Sendable {
    package var database: ESEDatabase
    package var generations: ClosedRange<Int32>
    /// What the logs are like; its seed is the database's.
    package var stream: ESELogStream

    /// - Parameters:
    ///   - logs: How many; a dirty database requires all of them.
    package init(
        size: PageSize = .kib8, pages: UInt32 = 64, seed: UInt64 = 1, isDirty: Bool = false, logs: Int32 = 4
    ) {
        let generations = 1...max(1, logs)
        database = ESEDatabase {
            $0.size = size
            $0.pages = max(pages, 8)
            $0.seed = seed
            $0.required = isDirty ? ESEDatabase.Required(generations) : nil
        }
        self.generations = generations
        stream = ESELogStream(seed: seed)
    }

    package static let databaseName = "mdb01.edb"

    /// Name and content of each log, in generation order.
    package func logs() -> [(name: String, bytes: [UInt8])] { stream.logs(generations) }

    /// Writes every file into `folder`, which is made when absent; files of these names must not exist.
    package func write(to folder: String, _ files: any FileSystem = HostFileSystem()) throws(SystemError) {
        try files.makeFolder(folder)
        let target = try files.open(folder + "/" + Self.databaseName, .create)
        try database.write(to: target)
        for (name, bytes) in logs() {
            try files.open(folder + "/" + name, .create).write(bytes.span, at: 0)
        }
        let checkpoint = ESELog.checkpoint(generations.lowerBound, seed: database.seed)
        try files.open(folder + "/" + stream.checkpointName, .create).write(checkpoint.span, at: 0)
    }
}

extension ESEDatabase {
    /// Writes the whole file in pieces of about 1 MiB.
    package func write(to file: any OpenFile) throws(SystemError) {
        let slotsAtOnce = UInt32(1 << 20 / size.bytes)
        var offset = 0
        for first in stride(from: 0, to: slots + 2, by: UInt32.Stride(slotsAtOnce)) {
            var piece: [UInt8] = []
            for index in first..<min(first + slotsAtOnce, slots + 2) { piece += slot(index) }
            try file.write(piece.span, at: offset)
            offset += piece.count
        }
    }
}
