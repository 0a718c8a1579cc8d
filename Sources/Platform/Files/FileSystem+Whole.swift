extension OpenFile {
    /// For files that have no cache beneath them.
    package func readUncached(
        into target: inout MutableSpan<UInt8>, at offset: Int
    ) throws(SystemError) -> Int {
        try read(into: &target, at: offset)
    }

    /// For files without holes.
    package func data(from offset: Int) throws(SystemError) -> Range<Int>? {
        let length = try status().length
        return offset < length ? offset..<length : nil
    }

    package var shared: (any SharedFile)? { nil }

    /// Bytes of all pieces of `pieceBytes` that are not wholly in a hole.
    package func dataBytes(inPiecesOf pieceBytes: Int) throws(SystemError) -> Int {
        let length = try status().length
        var (offset, total) = (0, 0)
        while offset < length, let data = try data(from: offset) {
            let start = max(offset, data.lowerBound - data.lowerBound % pieceBytes)
            let pieces = (max(1, data.upperBound - start) + pieceBytes - 1) / pieceBytes
            offset = start + pieces * pieceBytes
            total += max(0, min(offset, length) - start)
        }
        return total
    }

    /// Reads up to `count` bytes from `offset` into the start of `buffer`; less only at the end of the file.
    package func read(_ count: Int, into buffer: inout [UInt8], at offset: Int) throws(SystemError) -> Int {
        var whole = buffer.mutableSpan
        var piece = whole._mutatingExtracting(0..<count)
        return try read(into: &piece, at: offset)
    }

    /// Calls `body` with the first `length` bytes in pieces of at most 1 MiB.
    ///
    /// - Parameter failure: What an error of the file means to its reader.
    package func forEachPiece<E: Error>(
        upTo length: Int, _ failure: (SystemError) -> E,
        _ body: (_ offset: Int, _ bytes: [UInt8]) throws(E) -> Void
    ) throws(E) {
        let most = 1 << 20
        for offset in stride(from: 0, to: length, by: most) {
            let piece: [UInt8]
            do throws(SystemError) {
                piece = try bytes(at: offset, count: min(length - offset, most))
            } catch { throw failure(error) }
            try body(offset, piece)
        }
    }

    /// Exactly `count` bytes from `offset`, or an error that says how many were there.
    package func bytes(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        var target = result.mutableSpan
        let got = try read(into: &target, at: offset)
        guard got == count else { throw .endOfFile(path, at: offset + got) }
        return result
    }
}

extension FileSystem {
    /// The first `count` bytes of a file, fewer when it has no more.
    package func start(of path: String, count: Int) throws(SystemError) -> [UInt8] {
        let file = try open(path, .read)
        return try file.bytes(at: 0, count: min(try file.status().length, count))
    }

    /// A whole small file.
    ///
    /// - Parameter limit: Most bytes it may have; more is an error, before anything is read.
    package func contents(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let file = try open(path, .read)
        let length = try file.status().length
        guard length <= limit else { throw .tooLarge(path) }
        return try file.bytes(at: 0, count: length)
    }
}

extension FileSystem {
    /// Writes a file that others may read, by rename, so that no reader sees half of it.
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

extension FileSystem {
    /// Removes a file, a link, or a folder with all that is in it; nothing when it is not there.
    ///
    /// Links are removed, never followed: what a path leads to is no folder of ours.
    package func removeTree(_ path: String) throws(SystemError) {
        do throws(SystemError) { return try remove(path) } catch {
            if error.isNotFound { return }
            guard error.isFolder else { throw error }
        }
        do throws(SystemError) {
            for name in try list(path) { try removeTree(PathText.path(of: name, in: path)) }
            try removeFolder(path)
        } catch { guard error.isNotFound else { throw error } }
    }
}
