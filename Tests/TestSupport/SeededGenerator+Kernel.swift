extension SeededGenerator {
    /// The words of ``next()`` as bytes, lowest first.
    ///
    /// Tests make megabytes of these without optimization, where a loop over bytes takes seconds.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count + 8) { buffer, used in
            let target = UnsafeMutableRawBufferPointer(buffer)
            while used < count {
                unsafe target.storeBytes(of: next().littleEndian, toByteOffset: used, as: UInt64.self)
                used += 8
            }
            used = count
        }
    }
}
