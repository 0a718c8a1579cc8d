internal import Image
package import Platform

/// Makes files with the content of an image, next to older ones that have some of it and stay as they are.
///
/// A file begins as a clone of the older one where the file system can; else the blocks that are right are copied. The rest
/// is fetched. In the end every file is read from its start and must have the image digest. An interrupted restore resumes
/// with what is there.
package struct SideBySideRestore {
    package struct Part {
        /// Whole extents of the image.
        package let range: Range<Int>
        /// Nil where there is no older file.
        package let old: String?
        package let new: String

        package init(_ range: Range<Int>, old: String?, new: String) {
            self.range = range
            self.old = old
            self.new = new
        }
    }

    private let files: any FileSystem

    package init(_ files: any FileSystem) { self.files = files }

    /// - Parameter parts: Rising.
    /// - Returns: How many bytes were fetched.
    package func run(
        _ image: ImageReader, _ parts: [Part],
        _ progress: (InPlaceRestore.Progress) throws(SyncError) -> Void
    ) throws(SyncError) -> Int {
        let known = try image.knownVerdict()
        let total = parts.reduce(0) { $0 + $1.range.count }
        var made: [(range: Range<Int>, file: any OpenFile)] = []
        var scanned = FileComparison.Result()
        var done = 0
        for part in parts {
            let file = try open(part, image)
            scanned.append(
                try file.scan.run(part.range, file.isEmpty ? nil : file.new, from: file.donor) {
                    (read) throws(SyncError) in
                    try progress(.reading(doneBytes: done + read, totalBytes: total))
                })
            done += part.range.count
            made.append((part.range, file.new))
        }
        let isProven =
            if known.isProven { true } else { try image.fingerprints.verdict(scanned.found).isProven }
        let ranges = isProven ? scanned.different : scanned.different.joined(known.unknown)
        let fetched = ranges.reduce(0) { $0 + $1.count }
        let told = { (done: Int) throws(SyncError) in
            try progress(.restoring(doneBytes: done, totalBytes: fetched))
        }
        try image.fetch(ranges, isProven: isProven, told, into: FileSink(made, keepsHoles: false))
        try sync(made)
        let wrong = try prove(made, image, progress)
        if !wrong.isEmpty {
            // Cached content may differ from the disk, since a sync of an earlier run failed.
            _ = try image.deliver(wrong, told, into: FileSink(made, keepsHoles: false))
            try sync(made)
            if let still = try prove(made, image, progress).first,
                let (range, file) = made.last(where: { $0.range.lowerBound <= still.lowerBound })
            {
                throw .image(.differs(path: file.path, offset: still.lowerBound - range.lowerBound))
            }
        }
        return fetched
    }

    /// A file that is being made, and how it is looked at.
    private struct Opened {
        let new: any OpenFile
        /// True for one that has nothing but a hole.
        let isEmpty: Bool
        let donor: LocalBlockSource?
        let scan: FileComparison
    }

    /// - Throws: `noSpace` before anything is written where there is no room for a copy.
    private func open(_ part: Part, _ image: ImageReader) throws(SyncError) -> Opened {
        let prints = image.fingerprints
        var old: (any OpenFile)?
        if let path = part.old, let status = try onDisk({ () throws(SystemError) in try files.status(path) })
        {
            guard status.kind == .regular else { throw .notAFile(path: path) }
            old = try onDisk { () throws(SystemError) in try files.open(path, .read) }
        }
        let there = try onDisk { () throws(SystemError) in try files.status(part.new) }
        if let there, there.kind != .regular { throw .notAFile(path: part.new) }
        let file = try onDisk { () throws(SystemError) in
            try files.open(part.new, there == nil ? .create : .update)
        }
        var isClone = false
        if there == nil {
            if let old { isClone = try onDisk { () throws(SystemError) in try file.clone(old) } }
            if !isClone {
                try RestoreSpace.require(image.dataBytes(of: part.range), at: part.new, in: files)
            }
        }
        try onDisk { () throws(SystemError) in
            if try file.status().length != part.range.count { try file.truncate(to: part.range.count) }
        }
        let donor =
            isClone
            ? nil
            : old.map {
                LocalBlockSource(
                    old: $0, new: file, start: part.range.lowerBound, fingerprinter: prints.fingerprinter)
            }
        return Opened(
            new: file, isEmpty: there == nil && !isClone, donor: donor,
            // Bytes that an earlier run wrote may not have reached the disk.
            scan: FileComparison(prints, isUncached: there != nil))
    }

    private func sync(_ made: [(range: Range<Int>, file: any OpenFile)]) throws(SyncError) {
        for (_, file) in made { try onDisk { () throws(SystemError) in try file.sync() } }
    }

    /// Reads the files once more from their start.
    ///
    /// - Returns: The ranges of the image that they do not have.
    private func prove(
        _ made: [(range: Range<Int>, file: any OpenFile)], _ image: ImageReader,
        _ progress: (InPlaceRestore.Progress) throws(SyncError) -> Void
    ) throws(SyncError) -> [Range<Int>] {
        let total = made.reduce(0) { $0 + $1.range.count }
        var done = 0
        var scanned = FileComparison.Result()
        for (range, file) in made {
            scanned.append(
                try FileComparison(image.fingerprints, isUncached: false).run(range, file) {
                    (read) throws(SyncError) in
                    try progress(.reading(doneBytes: done + read, totalBytes: total))
                })
            done += range.count
        }
        guard scanned.different.isEmpty else { return scanned.different }
        // Parts of the image that are in no file were verified when they came.
        let verdict = try image.fingerprints.verdict(scanned.found)
        guard verdict.isProven || verdict.unknownBlocks > scanned.found.count else { throw image.wrongDigest }
        return []
    }
}
