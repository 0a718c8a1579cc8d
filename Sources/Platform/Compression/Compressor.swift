internal import CZstd

/// A reusable zstd context, owned by one thread at a time.
@safe package struct Compressor: ~Copyable {
    private let context: OpaquePointer

    /// - Parameter level: zstd level, 1...19.
    package init(level: Int) throws(CompressionError) {
        precondition((1...19).contains(level), "the level is checked by the configuration")
        guard let context = unsafe ZSTD_createCCtx() else {
            throw CompressionError("compress", "out of memory")
        }
        let result = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
        guard ZSTD_isError(result) == 0 else {
            unsafe ZSTD_freeCCtx(context)
            throw CompressionError("compress", code: result)
        }
        unsafe self.context = context
    }

    deinit { unsafe _ = ZSTD_freeCCtx(context) }

    /// Compresses `block` into one frame that `zstd -d` opens.
    package mutating func compress(_ block: Span<UInt8>) throws(CompressionError) -> [UInt8] {
        try compress(block, prefix: [UInt8]().span)
    }

    /// Compresses `block` into one frame that `zstd -d --patch-from` opens given `prefix`.
    package mutating func compress(_ block: Span<UInt8>, prefix: Span<UInt8>) throws(CompressionError)
        -> [UInt8]
    {
        var result = 0
        let out = unsafe [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(block.count)) { out, count in
            result = unsafe prefix.withUnsafeBufferPointer { prefix in
                unsafe block.withUnsafeBufferPointer { block in
                    if prefix.count > 0 {
                        let referenced = unsafe ZSTD_CCtx_refPrefix(context, prefix.baseAddress, prefix.count)
                        guard ZSTD_isError(referenced) == 0 else { return referenced }
                    }
                    return unsafe ZSTD_compress2(
                        context, out.baseAddress, out.count, block.baseAddress, block.count)
                }
            }
            count = ZSTD_isError(result) == 0 ? result : 0
        }
        guard ZSTD_isError(result) == 0 else { throw CompressionError("compress", code: result) }
        return out
    }
}
