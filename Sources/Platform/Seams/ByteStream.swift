/// Bytes that come from the other end of a session, in order.
package protocol ByteInput: AnyObject {
    /// Reads between 1 and `target.count` bytes into the start of `target`; 0 means end of stream.
    func read(into target: inout MutableSpan<UInt8>) throws(SystemError) -> Int
}

/// Bytes that go to the other end of a session, in order.
package protocol ByteOutput: AnyObject {
    /// Writes every byte, or throws.
    func writeAll(_ bytes: Span<UInt8>) throws(SystemError)
}
