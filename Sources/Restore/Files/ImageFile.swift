internal import Image
package import Platform
internal import StoreFormat

/// Writes a rebuilt image to a file that appears whole and proven, or not at all.
package struct ImageFile {
    private let files: any FileSystem
    /// Tells this restore's temporary file from that of another to the same place.
    private let tag: String

    /// - Parameter tag: A text of this run's own, such as its id.
    package init(_ files: any FileSystem, tag: String) {
        self.files = files
        self.tag = tag
    }

    /// - Parameters:
    ///   - replacing: Whether a file that is there may be replaced.
    ///   - progress: Throws `interrupted` to stop; nothing is left then.
    package func write(
        _ image: ImageReader, to path: String, replacing: Bool,
        _ progress: (_ doneBytes: Int) throws(SyncError) -> Void
    ) throws(SyncError) {
        if !replacing { try InPlaceRestore.checkUnfinished(InPlaceRestore.marker(of: path), files) }
        if let there = try onDisk({ () throws(SystemError) in try files.status(path) }) {
            guard replacing else { throw .exists(path: path) }
            // A rename would put a file in the place of a device, and leave the device untouched.
            guard there.kind == .regular else { throw .notAFile(path: path) }
        }
        try RestoreSpace.require(image.dataBytes, at: path, in: files)
        let temporary = "\(path).\(tag).hybridrep-partial"
        let file = try onDisk { () throws(SystemError) in
            try files.open(temporary, .create)
        }
        do throws(SyncError) {
            try fill(file, image, progress)
            try publish(temporary, path, replacing)
            if replacing { try InPlaceRestore.forget(InPlaceRestore.marker(of: path), files) }
        } catch {
            try? files.remove(temporary)
            throw error
        }
    }

    private func fill(
        _ file: any OpenFile, _ image: ImageReader, _ progress: (Int) throws(SyncError) -> Void
    ) throws(SyncError) {
        let length = image.point.layout.length
        try image.run([0..<length], progress, into: FileSink([(0..<length, file)], keepsHoles: true))
        try onDisk { () throws(SystemError) in
            try file.truncate(to: length)
            try file.sync()
        }
    }

    private func publish(_ temporary: String, _ path: String, _ replacing: Bool) throws(SyncError) {
        let done = try onDisk { () throws(SystemError) in
            if replacing {
                try files.rename(temporary, to: path)
            } else {
                guard try files.renameNoReplace(temporary, to: path) else { return false }
            }
            do throws(SystemError) { try files.syncFolder(PathText.folder(of: path)) } catch {
                // After a failure nobody can tell whether the name will last; the next try needs it free.
                if !replacing { try? files.remove(path) }
                throw error
            }
            return true
        }
        guard done else { throw .exists(path: path) }
    }
}

/// Room for what a restore is going to write.
///
/// Nothing beyond it need be free: whoever restores may have made a disk that just holds it.
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
