internal import Glibc

/// Finds blocks of zeros.
package enum ZeroScan {
    /// True when every byte is zero; true for no bytes.
    ///
    /// One comparison of the block with itself, moved by a word: as fast as `memcmp`, and over at the first
    /// word of almost every block that is not zero.
    package static func isZero(_ bytes: Span<UInt8>) -> Bool {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return true }
            let head = min(8, buffer.count)
            for index in 0..<head where unsafe buffer[index] != 0 { return false }
            return unsafe memcmp(base, base.advanced(by: head), buffer.count - head) == 0
        }
    }
}
