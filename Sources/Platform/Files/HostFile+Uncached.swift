internal import CLinux

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
