internal import Image
package import Platform
internal import StoreFormat

/// Writes images into files that are new: all of them appear whole and verified, or none does.
///
/// Each file is written once, under a temporary name next to its own, and is open only while its part of the image passes
/// by; so a set of thousands of logs needs no more descriptors than one file.
package struct NewFiles {
    private let files: any FileSystem
    /// Tells this restore's temporary files from those of another to the same place; at most 16 characters of it count.
    private let suffix: String

    /// - Parameter tag: A text of this run's own, such as its id.
    package init(_ files: any FileSystem, tag: String) {
        self.files = files
        suffix = ".\(tag.prefix(16)).hybridrep-partial"
    }

    /// An image as one file.
    package func write(
        _ image: ImageReader, to path: String, replacing: Bool,
        _ progress: (_ doneBytes: Int) throws(SyncError) -> Void
    ) throws(SyncError) {
        let target = InPlaceRestore.Target(image, [(0..<image.point.layout.length, path)])
        try write([target], at: path, marker: InPlaceRestore.marker(of: path), replacing: replacing, progress)
    }

    /// Images as the files of a folder, which is made when it is not there.
    ///
    /// - Parameters:
    ///   - targets: Files in that folder.
    ///   - replacing: Whether files that are there may be replaced.
    ///   - progress: Throws `interrupted` to stop; nothing is left then.
    /// - Throws: `exists`, `notAFile`, `unfinished` or `noSpace` before anything is written.
    package func write(
        _ targets: [InPlaceRestore.Target], into folder: String, replacing: Bool,
        _ progress: (_ doneBytes: Int) throws(SyncError) -> Void
    ) throws(SyncError) {
        let marker = InPlaceRestore.marker(inFolder: folder)
        try write(targets, at: folder, isFolder: true, marker: marker, replacing: replacing, progress)
    }

    /// - Parameters:
    ///   - place: The file or folder, for its room.
    ///   - marker: That of a restore in place of the same files: whole files end it, and only `replacing` may.
    private func write(
        _ targets: [InPlaceRestore.Target], at place: String, isFolder: Bool = false, marker: String,
        replacing: Bool, _ progress: (_ doneBytes: Int) throws(SyncError) -> Void
    ) throws(SyncError) {
        if !replacing { try InPlaceRestore.checkUnfinished(marker, files) }
        let paths = targets.flatMap(\.parts).map(\.path)
        for path in paths { try requireFree(path, replacing, orLink: isFolder) }
        let needed = targets.reduce(0) { sum, target in
            target.parts.reduce(sum) { $0 + target.image.dataBytes(of: $1.range) }
        }
        try RestoreSpace.require(needed, at: place, in: files)
        let isNew = try onDisk { () throws(SystemError) in isFolder ? try files.makeFolder(place) : false }
        do throws(SyncError) {
            var done = 0
            for target in targets {
                let length = target.image.point.layout.length
                let sink = NewFileSink(target.parts, suffix, files)
                try target.image.run(
                    [0..<length], { (bytes) throws(SyncError) in try progress(done + bytes) }, into: sink)
                try sink.finish()
                done += length
            }
            try publish(paths, replacing)
            if replacing { try InPlaceRestore.forget(marker, files) }
        } catch {
            for path in paths { try? files.remove(path + suffix) }
            // Not a folder into which another program has put something meanwhile.
            if isNew { try? files.removeFolder(place) }
            throw error
        }
    }

    /// - Parameter orLink: A link may be replaced as well; its destination stays as it is.
    private func requireFree(_ path: String, _ replacing: Bool, orLink: Bool) throws(SyncError) {
        guard let there = try onDisk({ () throws(SystemError) in try files.status(path) }) else { return }
        guard replacing else { throw .exists(path: path) }
        // A rename would put a file in the place of a device, and leave the device untouched.
        guard there.kind == .regular || orLink && there.kind == .link else { throw .notAFile(path: path) }
    }

    private func publish(_ paths: [String], _ replacing: Bool) throws(SyncError) {
        var named: [String] = []
        do throws(SyncError) {
            for path in paths {
                let isNamed = try onDisk { () throws(SystemError) in
                    guard replacing else { return try files.renameNoReplace(path + suffix, to: path) }
                    try files.rename(path + suffix, to: path)
                    return true
                }
                guard isNamed else { throw .exists(path: path) }
                named.append(path)
            }
            for folder in Set(paths.map(PathText.folder)).sorted() {
                try onDisk { () throws(SystemError) in try files.syncFolder(folder) }
            }
        } catch {
            // After a failure it is unknown whether the names will last; the next try needs them free.
            if !replacing { for path in named { try? files.remove(path) } }
            throw error
        }
    }
}

/// Files that an image fills one after the other, each open only meanwhile.
private final class NewFileSink: ImageSink {
    private let parts: [(range: Range<Int>, path: String)]
    private let suffix: String
    private let files: any FileSystem
    /// The first part that has not ended.
    private var next = 0
    private var open: (any OpenFile)?

    /// - Parameter parts: The range of the image that each file has, rising and apart.
    init(_ parts: [(range: Range<Int>, path: String)], _ suffix: String, _ files: any FileSystem) {
        self.parts = parts
        self.suffix = suffix
        self.files = files
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SyncError) {
        let range = offset..<offset + bytes.count
        try finish(before: offset)
        while next < parts.count, parts[next].range.lowerBound < range.upperBound {
            let part = parts[next].range
            let common = part.clamped(to: range)
            if !common.isEmpty {
                let piece = bytes.extracting(common.lowerBound - offset..<common.upperBound - offset)
                let file = try current()
                try onDisk { () throws(SystemError) in
                    try file.write(piece, at: common.lowerBound - part.lowerBound)
                }
            }
            guard part.upperBound <= range.upperBound else { return }
            try end()
        }
    }

    /// Bytes that are not written are a hole.
    func writeZeros(_ range: Range<Int>) throws(SyncError) { try finish(before: range.upperBound) }

    /// Ends all files.
    func finish() throws(SyncError) { try finish(before: .max) }

    private func finish(before offset: Int) throws(SyncError) {
        while next < parts.count, parts[next].range.upperBound <= offset { try end() }
    }

    private func current() throws(SyncError) -> any OpenFile {
        if let open { return open }
        let path = parts[next].path + suffix
        let file = try onDisk { () throws(SystemError) in try files.open(path, .create) }
        open = file
        return file
    }

    private func end() throws(SyncError) {
        let file = try current()
        let length = parts[next].range.count
        try onDisk { () throws(SystemError) in
            try file.truncate(to: length)
            try file.sync()
        }
        open = nil
        next += 1
    }
}

/// Room for what a restore is going to write.
///
/// No more than that must be free: a disk may have been made just large enough.
package enum RestoreSpace {
    /// - Parameter path: A file or folder, which need not be there yet.
    package static func require(
        _ byteCount: Int, at path: String, in files: any FileSystem
    ) throws(SyncError) {
        let space = try onDisk { () throws(SystemError) in
            try files.space(try files.status(path) == nil ? PathText.folder(of: path) : path)
        }
        guard !space.holds(byteCount) else { return }
        throw .noSpace(path: path, neededBytes: byteCount, availableBytes: space.availableBytes)
    }
}
