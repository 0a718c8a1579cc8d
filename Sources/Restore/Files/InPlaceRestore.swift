package import Platform
internal import StoreFormat

/// Makes files into what images have, writing only the blocks that differ.
///
/// Before the first write a marker beside the files is made durable; it goes when all of them have been
/// verified and synced. While it is there, the files are neither what they were nor what they shall be.
/// The same restore again reads the files once more and resumes with what still differs; no journal is needed.
package struct InPlaceRestore {
    /// An image, and the files that are parts of it.
    package struct Target {
        package let image: ImageReader
        /// Each file's whole extents of the image, rising.
        package let parts: [(range: Range<Int>, path: String)]

        package init(_ image: ImageReader, _ parts: [(range: Range<Int>, path: String)]) {
            self.image = image
            self.parts = parts
        }
    }

    package enum Progress: Sendable {
        case reading(doneBytes: Int, totalBytes: Int)
        case restoring(doneBytes: Int, totalBytes: Int)
    }

    private static let suffix = ".hybridrep-in-place"
    private let files: any FileSystem
    private let marker: String

    /// - Parameter marker: Beside the files, or in their folder.
    package init(_ files: any FileSystem, marker: String) {
        self.files = files
        self.marker = marker
    }

    package static func marker(of path: String) -> String { path + suffix }
    package static func marker(inFolder path: String) -> String { path + "/" + suffix }

    /// - Throws: `unfinished` while a marker is there.
    package static func checkUnfinished(_ marker: String, _ files: any FileSystem) throws(SyncError) {
        if try onDisk({ () throws(SystemError) in try files.status(marker) }) != nil {
            throw .unfinished(marker: marker)
        }
    }

    /// Removes the marker of files that have been replaced by whole ones.
    package static func forget(_ marker: String, _ files: any FileSystem) throws(SyncError) {
        try onDisk { () throws(SystemError) in
            guard try files.status(marker) != nil else { return }
            try files.remove(marker)
            try files.syncFolder(PathText.folder(of: marker))
        }
    }

    /// - Returns: How many bytes of the images were fetched, since the files did not have them.
    package func run(_ targets: [Target], _ progress: (Progress) throws(SyncError) -> Void) throws(SyncError)
        -> Int
    {
        let isResumed = try onDisk { () throws(SystemError) in try files.status(marker) } != nil
        var lock: (any HeldLock)? = isResumed ? try begin(targets) : nil
        let found = try scan(targets, isResumed: isResumed, progress)
        let total = found.reduce(0) { $0 + $1.bytes }
        guard isResumed || found.contains(where: \.isDifferent) else { return 0 }
        if lock == nil { lock = try begin(targets) }
        var done = 0
        for (target, difference) in zip(targets, found) {
            try restore(target, difference) { (restored) throws(SyncError) in
                try progress(.restoring(doneBytes: done + restored, totalBytes: total))
            }
            done += difference.bytes
        }
        try Self.forget(marker, files)
        // Held until here, so that no other restore writes into the files.
        lock = nil
        return total
    }

    private struct Difference {
        /// Of each part its file; nil for one that is not there.
        var files: [(any OpenFile)?] = []
        var haveLengths = true
        /// Of the image.
        var ranges: [Range<Int>] = []
        /// The map's fingerprints and the files' together are those of the image.
        var isProven = false

        var bytes: Int { ranges.reduce(0) { $0 + $1.count } }
        var isDifferent: Bool { !haveLengths || !ranges.isEmpty || files.contains { $0 == nil } }
    }

    private func scan(
        _ targets: [Target], isResumed: Bool, _ progress: (Progress) throws(SyncError) -> Void
    ) throws(SyncError) -> [Difference] {
        let total = targets.reduce(0) { $0 + $1.parts.reduce(0) { $0 + $1.range.count } }
        var done = 0
        var result: [Difference] = []
        for target in targets {
            let known = try target.image.knownVerdict()
            var difference = Difference()
            var found: [Fingerprint] = []
            for (range, path) in target.parts {
                let status = try onDisk { () throws(SystemError) in try files.status(path) }
                if let status, status.kind != .regular { throw .notAFile(path: path) }
                let file = try onDisk { () throws(SystemError) in
                    status == nil ? nil : try files.open(path, .update)
                }
                // Bytes that an earlier run wrote may not have reached the disk.
                let scan = try FileComparison(target.image.fingerprints, isUncached: isResumed).run(
                    range, file
                ) { (read) throws(SyncError) in
                    try progress(.reading(doneBytes: done + read, totalBytes: total))
                }
                done += range.count
                difference.files.append(file)
                difference.haveLengths = difference.haveLengths && status?.length == range.count
                difference.ranges += scan.different
                found += scan.found
            }
            // Blocks unknown to the map are right if the whole image is; else they are fetched.
            difference.isProven =
                if known.isProven { true } else {
                    try target.image.fingerprints.verdict(found).isProven
                }
            if !difference.isProven { difference.ranges = difference.ranges.joined(known.unknown) }
            result.append(difference)
        }
        return result
    }

    /// Makes the marker durable and takes it for this run.
    private func begin(_ targets: [Target]) throws(SyncError) -> any HeldLock {
        let lock = try onDisk { () throws(SystemError) -> (any HeldLock)? in
            if try files.status(marker) == nil {
                let file = try files.open(marker, .create)
                let text = "being restored in place: point \(targets.last?.image.point.id ?? "")\n"
                try file.write(Array(text.utf8).span, at: 0)
                try file.sync()
            }
            try files.syncFolder(PathText.folder(of: marker))
            let lock = try files.lock(marker, .exclusive)
            // Another run may have ended meanwhile, and taken its marker with it.
            return try files.status(marker) == nil ? nil : lock
        }
        guard let lock else { throw .busy(marker: marker) }
        return lock
    }

    private func restore(
        _ target: Target, _ difference: Difference, _ progress: (Int) throws(SyncError) -> Void
    ) throws(SyncError) {
        var parts: [(range: Range<Int>, file: any OpenFile)] = []
        for ((range, path), file) in zip(target.parts, difference.files) {
            parts.append(
                (range, try onDisk { () throws(SystemError) in try self.file(file, path, range.count) }))
        }
        let sink = FileSink(parts, keepsHoles: false)
        try target.image.fetch(difference.ranges, isProven: difference.isProven, progress, into: sink)
        // Also where nothing differs: what a run before this one wrote may not be on disk yet.
        for (_, file) in parts { try onDisk { () throws(SystemError) in try file.sync() } }
    }

    /// A file of the right length, made if it is not there.
    private func file(
        _ existing: (any OpenFile)?, _ path: String, _ length: Int
    ) throws(SystemError) -> any OpenFile {
        let file: any OpenFile
        if let existing {
            file = existing
        } else {
            file = try files.open(path, .create)
            try files.syncFolder(PathText.folder(of: path))
        }
        if try file.status().length != length { try file.truncate(to: length) }
        return file
    }
}
