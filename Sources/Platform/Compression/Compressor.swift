internal import CZstd

/// A reusable zstd context, owned by one thread at a time.
@safe package struct Compressor: ~Copyable {
    /// Levels that have a quick counterpart, with the bits of its table: as many places as cost no cache, one more
    /// for the level above.
    private static let quickTableBits: [Int: Int32] = [3: 17, 4: 18]
    /// Fewest equal bytes that a quick one looks for.
    private static let quickMatch: Int32 = 6

    private let context: OpaquePointer

    /// - Parameter level: zstd level, 1...19.
    package init(level: Int) throws(CompressionError) {
        precondition((1...19).contains(level), "the level is checked by the configuration")
        try self.init([(ZSTD_c_compressionLevel, Int32(level))])
    }

    /// One that takes two thirds of a level's time: zstd's fast strategy with a table as large as that level has.
    ///
    /// Of some content it makes less than the level itself, of some 3 % more; frames are the same to read.
    /// - Returns: Nil for a level that has none.
    package static func quick(insteadOf level: Int) throws(CompressionError) -> Compressor? {
        guard let bits = quickTableBits[level] else { return nil }
        return try Compressor([
            (ZSTD_c_compressionLevel, 2), (ZSTD_c_strategy, Int32(ZSTD_fast.rawValue)),
            (ZSTD_c_hashLog, bits), (ZSTD_c_minMatch, quickMatch),
        ])
    }

    private init(_ parameters: [(ZSTD_cParameter, Int32)]) throws(CompressionError) {
        guard let context = unsafe ZSTD_createCCtx() else {
            throw CompressionError("compress", "out of memory")
        }
        for (parameter, value) in parameters {
            let result = unsafe ZSTD_CCtx_setParameter(context, parameter, value)
            guard ZSTD_isError(result) == 0 else {
                unsafe ZSTD_freeCCtx(context)
                throw CompressionError("compress", code: result)
            }
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
