package import Platform

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
