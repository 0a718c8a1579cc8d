package import Platform

extension Spool {
    /// The room that it has; before the first run, where its folder will be made.
    package func space() throws(BackupError) -> SpaceStatus {
        try system { () throws(SystemError) in
            for place in [folder, directory] where try files.status(place) != nil {
                return try files.space(place)
            }
            return try files.space(PathText.folder(of: directory))
        }
    }

    /// Fails before anything is read or written when there is no room for it beside the reserve.
    ///
    /// - Parameters:
    ///   - byteCount: What is going to be written, as far as that is known.
    ///   - signedBytes: Of the image whose signature is written, without its holes.
    package func requireSpace(_ byteCount: Int, signing signedBytes: Int = 0) throws(BackupError) {
        let space = try space()
        // No size that somebody names may overflow. A signature takes up to half a percent of the image.
        let most = Int.max / 4
        let needed = min(byteCount, most) + min(signedBytes, most) / 200 + space.reservedBytes
        guard !space.holds(needed) else { return }
        throw BackupError(
            .noSpace,
            "write \(folder): \(needed) bytes needed, of which \(space.reservedBytes) stay free; "
                + "\(space.availableBytes) of \(space.totalBytes) are there",
            hint: BackupError.spoolHint)
    }
}
