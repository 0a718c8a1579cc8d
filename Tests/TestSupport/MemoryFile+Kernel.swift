extension MutableSpan<UInt8> {
    /// Copies the first bytes of `source` here, as many as there is room for, without a look at each.
    mutating func fill(from source: ArraySlice<UInt8>) {
        unsafe withUnsafeMutableBytes { target in
            unsafe target.copyBytes(from: source.prefix(target.count))
        }
    }
}
