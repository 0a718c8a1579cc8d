extension FileSystem {
    /// Writes a file that others may read, by rename, so that nobody reads half of it.
    ///
    /// One that is there keeps its mode; a link is replaced, never followed.
    ///
    /// - Throws: ``SystemError/notRegular(_:)`` for a FIFO or a device, such as `/dev/null`: it would be replaced.
    package func replace(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
        let replaced = try status(path)
        if replaced?.kind == .other { throw .notRegular(path) }
        let temporary = path + ".partial"
        if try status(temporary) != nil { try remove(temporary) }
        let isThere = replaced?.kind == .regular
        let file = try open(temporary, isThere ? .create : .createReadable)
        // Before anything is in it.
        if isThere, let replaced { try file.permit(replaced.mode & 0o777) }
        try file.write(bytes.span, at: 0)
        try file.sync()
        try rename(temporary, to: path)
    }
}
