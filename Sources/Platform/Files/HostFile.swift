internal import CLinux
internal import Glibc

/// An open file of the host: `pread`, `pwrite`, `fsync` on one descriptor.
@safe final class HostFile: OpenFile, SharedFile {
    let path: String
    private let owned: OwnedDescriptor
    var descriptor: Int32 { owned.number }

    init(_ descriptor: OwnedDescriptor, path: String) {
        owned = descriptor
        self.path = path
    }

    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        var done = 0
        while done < target.count {
            let got = unsafe target.withUnsafeMutableBufferPointer { buffer in
                unsafe pread(
                    descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, offset + done)
            }
            if got == 0 { break }
            if got > 0 { done += got } else if errno != EINTR { throw .last("read", path) }
        }
        return done
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let written = unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe pwrite(
                    descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, offset + done)
            }
            if written >= 0 { done += written } else if errno != EINTR { throw .last("write", path) }
        }
    }

    func truncate(to length: Int) throws(SystemError) {
        guard ftruncate(descriptor, length) == 0 else { throw .last("truncate", path) }
    }

    func sync() throws(SystemError) {
        guard fsync(descriptor) == 0 else { throw .last("fsync", path) }
    }

    func status() throws(SystemError) -> FileStatus {
        var found = stat()
        guard unsafe fstat(descriptor, &found) == 0 else { throw .last("stat", path) }
        return FileStatus(found)
    }

    func give(to owner: FileOwner) throws(SystemError) {
        guard fchown(descriptor, owner.user, owner.group) == 0 else { throw .last("chown", path) }
    }

    func permit(_ mode: UInt32) throws(SystemError) {
        guard fchmod(descriptor, mode) == 0 else { throw .last("chmod", path) }
    }

    func data(from offset: Int) throws(SystemError) -> Range<Int>? {
        let start = clinux_seek_data(descriptor, Int64(offset))
        if start == -Int64(ENXIO) { return nil }
        if start == -Int64(EINVAL) {
            let length = try status().length
            return offset < length ? offset..<length : nil
        }
        guard start >= 0 else { throw SystemError(call: "lseek", path: path, code: Int32(-start)) }
        let end = clinux_seek_hole(descriptor, start)
        guard end >= 0 else { throw SystemError(call: "lseek", path: path, code: Int32(-end)) }
        return Int(start)..<Int(end)
    }

    var shared: (any SharedFile)? { self }

    func clone(_ other: any OpenFile) throws(SystemError) -> Bool {
        guard let other = other as? HostFile else { return false }
        let result = clinux_clone(descriptor, other.descriptor)
        if result == 0 { return true }
        let error = SystemError(call: "reflink", path: path, code: -result)
        if error.isUnsupported { return false }
        throw error
    }
}

extension FileStatus {
    init(_ found: stat) {
        let kind: Kind =
            switch found.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        self.init(
            kind: kind, length: Int(found.st_size),
            modified: Timestamp(
                nanoseconds: Timestamp(seconds: Int64(found.st_mtim.tv_sec)).nanoseconds
                    .saturatingAdd(Int64(found.st_mtim.tv_nsec))),
            device: UInt64(found.st_dev), inode: UInt64(found.st_ino), mode: found.st_mode & 0o7777,
            owner: found.st_uid, group: found.st_gid, links: Int(found.st_nlink))
    }
}

extension HostFile {
    /// Through a fresh descriptor with `O_DIRECT`, its buffer aligned; past what memory holds of the file.
    ///
    /// tmpfs, some network file systems and a missing `/proc` leave an ordinary read, after the cache was asked
    /// to drop the range. A disk that fails the direct read gets the ordinary one too: it has the last word.
    func readUncached(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        let got = unsafe target.withUnsafeMutableBufferPointer { buffer in
            unsafe clinux_read_uncached(
                descriptor, buffer.baseAddress, UInt64(buffer.count), Int64(offset))
        }
        return got >= 0 ? Int(got) : try read(into: &target, at: offset)
    }
}
