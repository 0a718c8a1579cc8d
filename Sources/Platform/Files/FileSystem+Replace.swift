extension FileSystem {
    /// Writes a file that others may read, by rename, so that nobody reads half of it.
    package func replace(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
        let temporary = path + ".partial"
        if try status(temporary) != nil { try remove(temporary) }
        let file = try open(temporary, .createReadable)
        try file.write(bytes.span, at: 0)
        try file.sync()
        try rename(temporary, to: path)
    }
}
