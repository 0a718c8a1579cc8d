extension FileSystem {
    /// Writes a file that others may read, by rename, so that nobody reads half of it.
    ///
    /// - Throws: ``SystemError/notRegular(_:)`` for a FIFO or a device, such as `/dev/null`: it would be replaced.
    package func replace(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
        if try status(path)?.kind == .other { throw .notRegular(path) }
        let temporary = path + ".partial"
        if try status(temporary) != nil { try remove(temporary) }
        let file = try open(temporary, .createReadable)
        try file.write(bytes.span, at: 0)
        try file.sync()
        try rename(temporary, to: path)
    }
}
