internal import CZstd

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

    /// What zstd says: the decoded length, or an error code.
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
