internal import Platform

extension OpenFile {
    /// Reads up to `count` bytes from `offset` into the start of `buffer`; less only at the end of the file.
    func read(_ count: Int, into buffer: inout [UInt8], at offset: Int) throws(SystemError) -> Int {
        var whole = buffer.mutableSpan
        var piece = whole._mutatingExtracting(0..<count)
        return try read(into: &piece, at: offset)
    }
}
