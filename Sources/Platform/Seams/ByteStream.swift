/// Bytes that come from the other end of a session, in order.
package protocol ByteInput: AnyObject {
    /// Reads between 1 and `target.count` bytes into the start of `target`; 0 means end of stream.
    func read(into target: inout MutableSpan<UInt8>) throws(SystemError) -> Int

    /// Waits until there is something to read, the end of the stream included; false when nothing came for so long.
    func wait(milliseconds: Int) throws(SystemError) -> Bool
}

extension ByteInput {
    /// An input that cannot tell lets its reader wait.
    package func wait(milliseconds: Int) throws(SystemError) -> Bool { true }
}

/// Bytes that go to the other end of a session, in order.
package protocol ByteOutput: AnyObject {
    /// Writes every byte, or throws.
    func writeAll(_ bytes: Span<UInt8>) throws(SystemError)
}
