internal import OffsiteStore
package import Platform

/// Makes files into what images have, writing only the blocks that differ.
///
/// Before the first write a marker beside the files is made durable; it goes when all of them have been
/// proven and synced. Whoever finds it knows that the files are neither what they were nor what they shall be.
/// The same restore again reads the files once more and goes on with what still differs: that is the journal.
package struct InPlaceRestore {
    /// A file, and which part of an image it shall be: whole extents.
    package struct Part {
        package let image: ImageRebuild
        package let range: Range<Int>
        package let path: String

        package init(_ image: ImageRebuild, _ range: Range<Int>, path: String) {
            self.image = image
            self.range = range
            self.path = path
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

    /// - Returns: How many bytes of the images the files did not have.
    package func run(_ parts: [Part], _ progress: (Progress) -> Void) throws(SyncError) -> Int {
        for part in parts { try part.image.proveFingerprints() }
        let isResumed = try onDisk { () throws(SystemError) in try files.status(marker) } != nil
        var lock: (any HeldLock)? = isResumed ? try begin(parts) : nil
        let found = try scan(parts, progress)
        let total = found.reduce(0) { $0 + $1.bytes }
        guard isResumed || found.contains(where: \.isDifferent) else { return 0 }
        if lock == nil { lock = try begin(parts) }
        var done = 0
        for (part, difference) in zip(parts, found) {
            try restore(part, difference, isResumed: isResumed) {
                progress(.restoring(doneBytes: done + $0, totalBytes: total))
            }
            done += difference.bytes
        }
        try Self.forget(marker, files)
        // Held until here, so that nobody else writes into the files.
        lock = nil
        return total
    }

    private struct Difference {
        /// Nil for a file that is not there.
        let file: (any OpenFile)?
        let hasLength: Bool
        /// Of the image.
        let ranges: [Range<Int>]

        var bytes: Int { ranges.reduce(0) { $0 + $1.count } }
        var isDifferent: Bool { file == nil || !hasLength || !ranges.isEmpty }
    }

    private func scan(
        _ parts: [Part], _ progress: (Progress) -> Void
    ) throws(SyncError) -> [Difference] {
        let total = parts.reduce(0) { $0 + $1.range.count }
        var done = 0
        var found: [Difference] = []
        for part in parts {
            let status = try onDisk { () throws(SystemError) in try files.status(part.path) }
            if let status, status.kind != .regular { throw .notAFile(path: part.path) }
            let file = try onDisk { () throws(SystemError) in
                status == nil ? nil : try files.open(part.path, .update)
            }
            let ranges = try part.image.differences(in: part.range, of: file) {
                progress(.reading(doneBytes: done + $0, totalBytes: total))
            }
            done += part.range.count
            found.append(
                Difference(file: file, hasLength: status?.length == part.range.count, ranges: ranges))
        }
        return found
    }

    /// Makes the marker durable and takes it for this run.
    private func begin(_ parts: [Part]) throws(SyncError) -> any HeldLock {
        let lock = try onDisk { () throws(SystemError) -> (any HeldLock)? in
            if try files.status(marker) == nil {
                let file = try files.open(marker, .create)
                let text = "being restored in place: point \(parts.last?.image.point.id ?? "")\n"
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
        _ part: Part, _ difference: Difference, isResumed: Bool, _ progress: (Int) -> Void
    ) throws(SyncError) {
        guard isResumed || difference.isDifferent else { return }
        let file = try onDisk { () throws(SystemError) in
            if let file = difference.file { return file }
            let file = try files.open(part.path, .create)
            try files.syncFolder(PathText.folder(of: part.path))
            return file
        }
        if !difference.hasLength {
            try onDisk { () throws(SystemError) in try file.truncate(to: part.range.count) }
        }
        if !difference.ranges.isEmpty {
            try part.image.run(
                difference.ranges, progress,
                into: FileSink(file, start: part.range.lowerBound, keepsHoles: false))
        }
        // What a run before this one wrote may not be on disk yet.
        try onDisk { () throws(SystemError) in try file.sync() }
    }
}
