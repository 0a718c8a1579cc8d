internal import CZstd

/// Bytes that zstd could not make or could not read; `reason` is the library's own text.
package struct CompressionError: Error, Equatable, Sendable, CustomStringConvertible {
    package let operation: String
    package let reason: String

    init(_ operation: String, _ reason: String) {
        self.operation = operation
        self.reason = reason
    }

    init(_ operation: String, code: Int) {
        self.init(operation, unsafe String(cString: ZSTD_getErrorName(code)))
    }

    /// Reports that decompression did not return the compressed bytes.
    package init(mismatchOf length: Int) {
        self.init("check a record of \(length) bytes", "it does not decode to what was compressed")
    }

    package var description: String { "\(operation): \(reason)" }
}

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

/// A reusable zstd decoding context, owned by one thread at a time.
@safe package struct Decompressor: ~Copyable {
    private let context: OpaquePointer
    /// Reused from proof to proof.
    private var proof: [UInt8] = []

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
        var result = 0
        let out = unsafe [UInt8](unsafeUninitializedCapacity: length) { out, count in
            result = unsafe decode(frame, prefix, into: UnsafeMutableRawBufferPointer(out))
            count = result == length ? length : 0
        }
        try check(result, length)
        return out
    }

    /// Proves that a frame decodes to these bytes.
    ///
    /// - Throws: When it does not.
    package mutating func prove(
        _ frame: Span<UInt8>, prefix: Span<UInt8>, is bytes: Span<UInt8>
    ) throws(CompressionError) {
        if proof.count < bytes.count { proof = [UInt8](repeating: 0, count: bytes.count) }
        var out = exchange(&proof, with: [])
        defer { proof = out }
        let result = unsafe out.withUnsafeMutableBytes { out in
            unsafe decode(frame, prefix, into: UnsafeMutableRawBufferPointer(rebasing: out[..<bytes.count]))
        }
        try check(result, bytes.count)
        guard out.span.extracting(0..<bytes.count).hasSameBytes(as: bytes) else {
            throw CompressionError(mismatchOf: bytes.count)
        }
    }

    private func check(_ result: Int, _ length: Int) throws(CompressionError) {
        guard ZSTD_isError(result) == 0 else { throw CompressionError("decompress", code: result) }
        guard result == length else {
            throw CompressionError("decompress", "frame holds \(result) bytes, \(length) expected")
        }
    }

    /// Returns the result of zstd: the decoded length, or an error code.
    private func decode(
        _ frame: Span<UInt8>, _ prefix: Span<UInt8>, into out: UnsafeMutableRawBufferPointer
    ) -> Int {
        unsafe prefix.withUnsafeBufferPointer { prefix in
            unsafe frame.withUnsafeBufferPointer { frame in
                if prefix.count > 0 {
                    let referenced = unsafe ZSTD_DCtx_refPrefix(context, prefix.baseAddress, prefix.count)
                    guard ZSTD_isError(referenced) == 0 else { return referenced }
                }
                return unsafe ZSTD_decompressDCtx(
                    context, out.baseAddress, out.count, frame.baseAddress, frame.count)
            }
        }
    }
}
