internal import Image
package import Platform

extension SpoolEntry {
    /// Keeps suspect pages in the manifest beside the image, for the search of the next run.
    ///
    /// The manifest inside a set's tar stays as it is; only the file beside the image is replaced, as a whole and
    /// durably. The caller holds the spool's lock.
    ///
    /// - Returns: The manifest as it stands now, for the point's facts about its source.
    package func record(_ lost: LostWrites, in files: any FileSystem) throws(BackupError) -> ImageManifest {
        let old: ImageManifest
        do throws(ImageError) { old = try manifest(in: files) } catch { throw .spool(error) }
        var new = old
        lost.record(in: &new)
        guard new != old else { return new }
        let partial = manifestPath + Spool.partialSuffix
        let json = new.json
        do throws(SystemError) {
            if try files.status(partial) != nil { try files.remove(partial) }
            let file = try files.open(partial, .create)
            try file.write(json.span, at: 0)
            try file.sync()
            try files.rename(partial, to: manifestPath)
            try files.syncFolder(folder)
        } catch { throw .spool(error) }
        return new
    }
}
