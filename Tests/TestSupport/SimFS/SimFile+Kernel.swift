extension MutableSpan<UInt8> {
    /// Fills the start with `bytes`; tests read megabytes without optimization, where a loop takes seconds.
    mutating func fill(_ bytes: ArraySlice<UInt8>) {
        unsafe withUnsafeMutableBufferPointer { target in
            _ = unsafe target.update(fromContentsOf: bytes)
        }
    }
}
