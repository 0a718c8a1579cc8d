internal import CZstd

/// A reusable zstd decoding context, owned by one thread at a time.
@safe package struct Decompressor: ~Copyable {
    private let context: OpaquePointer

    package init() throws(CompressionError) {
        guard let context = unsafe ZSTD_createDCtx() else {
            throw CompressionError("decompress", "out of memory")
        }
        unsafe self.context = context
    }

    deinit { unsafe _ = ZSTD_freeDCtx(context) }

    /// Decodes one frame to exactly `length` bytes.
    ///
    /// - Parameter prefix: What the frame was compressed against; empty for a plain frame.
    /// - Throws: When the frame is damaged, or decodes to another length. Nothing beyond `length` is allocated.
    package mutating func decompress(
        _ frame: Span<UInt8>, prefix: Span<UInt8>, length: Int
    ) throws(CompressionError) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: length)
        let result = unsafe prefix.withUnsafeBufferPointer { prefix in
            unsafe frame.withUnsafeBufferPointer { frame in
                unsafe out.withUnsafeMutableBufferPointer { out in
                    if prefix.count > 0 {
                        let referenced = unsafe ZSTD_DCtx_refPrefix(context, prefix.baseAddress, prefix.count)
                        guard ZSTD_isError(referenced) == 0 else { return referenced }
                    }
                    return unsafe ZSTD_decompressDCtx(
                        context, out.baseAddress, out.count, frame.baseAddress, frame.count)
                }
            }
        }
        guard ZSTD_isError(result) == 0 else { throw CompressionError("decompress", code: result) }
        guard result == length else {
            throw CompressionError("decompress", "frame holds \(result) bytes, \(length) expected")
        }
        return out
    }
}
