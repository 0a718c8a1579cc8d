package import Platform

/// Writes a rebuilt image to a file that appears whole and proven, or not at all.
package struct ImageFile {
    private static let temporarySuffix = ".hybridrep-partial"
    private let files: any FileSystem

    package init(_ files: any FileSystem) { self.files = files }

    /// - Parameter replacing: Whether a file that is there may be replaced.
    package func write(
        _ image: ImageRebuild, to path: String, replacing: Bool, _ progress: (_ doneBytes: Int) -> Void
    ) throws(SyncError) {
        if !replacing, try onDisk({ () throws(SystemError) in try files.status(path) }) != nil {
            throw .exists(path: path)
        }
        let temporary = path + Self.temporarySuffix
        let file = try onDisk { () throws(SystemError) in
            // What an earlier restore to this name left; nobody else makes this name.
            if try files.status(temporary) != nil { try files.remove(temporary) }
            return try files.open(temporary, .create)
        }
        do throws(SyncError) {
            try fill(file, image, progress)
            try publish(temporary, path, replacing)
        } catch {
            try? files.remove(temporary)
            throw error
        }
    }

    private func fill(
        _ file: any OpenFile, _ image: ImageRebuild, _ progress: (Int) -> Void
    ) throws(SyncError) {
        var offset = 0
        try image.run(progress) { (piece) throws(SyncError) in
            // Zeros stay holes.
            if !ZeroScan.isZero(piece) {
                try onDisk { () throws(SystemError) in try file.write(piece, at: offset) }
            }
            offset += piece.count
        }
        try onDisk { () throws(SystemError) in
            try file.truncate(to: offset)
            try file.sync()
        }
    }

    private func publish(_ temporary: String, _ path: String, _ replacing: Bool) throws(SyncError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = parts.isEmpty ? "." : parts == [""] ? "/" : parts.joined(separator: "/")
        let done = try onDisk { () throws(SystemError) in
            if replacing {
                try files.rename(temporary, to: path)
            } else {
                guard try files.renameNoReplace(temporary, to: path) else { return false }
            }
            try files.syncFolder(folder)
            return true
        }
        guard done else { throw .exists(path: path) }
    }
}
