internal import CXXHash

/// Fingerprints blocks by XXH3-128 with a job's secret, through libxxhash's run-time dispatch.
package struct Fingerprinter: Sendable {
    /// Bytes of a job's secret: what XXH3 itself uses, `XXH3_SECRET_DEFAULT_SIZE`.
    package static let secretBytes = 192
    private let secret: [UInt8]

    package init(secret: [UInt8]) {
        precondition(secret.count == Self.secretBytes)
        self.secret = secret
    }

    package func fingerprint(_ block: Span<UInt8>) -> Fingerprint {
        let value = unsafe block.withUnsafeBufferPointer { block in
            unsafe secret.withUnsafeBufferPointer { secret in
                unsafe XXH3_128bits_withSecret_dispatch(
                    block.baseAddress, block.count, secret.baseAddress, secret.count)
            }
        }
        return Fingerprint(low: value.low64, high: value.high64)
    }
}

/// The unkeyed XXH3-64 that guards frames and messages against damage, not against an adversary.
package enum CheckValue {
    package static func of(_ bytes: Span<UInt8>) -> UInt64 {
        unsafe bytes.withUnsafeBufferPointer { unsafe XXH3_64bits_dispatch($0.baseAddress, $0.count) }
    }

    /// The same of two pieces as if they were one.
    package static func of(_ first: Span<UInt8>, _ second: Span<UInt8>) -> UInt64 {
        guard let state = unsafe XXH3_createState() else { preconditionFailure("no memory") }
        defer { _ = unsafe XXH3_freeState(state) }
        _ = unsafe XXH3_64bits_reset(state)
        for piece in [0, 1] {
            _ = unsafe (piece == 0 ? first : second).withUnsafeBufferPointer {
                unsafe XXH3_64bits_update_dispatch(state, $0.baseAddress, $0.count)
            }
        }
        return unsafe XXH3_64bits_digest(state)
    }
}

extension Span where Element == Fingerprint {
    /// Calls `body` with the fingerprints as they are stored, 16 bytes each.
    package func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        #if _endian(little)
        // A fingerprint in memory is what it is in a file: low half, high half, little-endian.
        try unsafe withUnsafeBytes { (bytes) throws(E) -> R in
            try body(unsafe bytes.bindMemory(to: UInt8.self).span)
        }
        #else
        #error("fingerprints are stored as they lie in the memory of a little-endian host")
        #endif
    }
}

extension [Fingerprint] {
    /// Reads `count` fingerprints from `offset` of a file, or says how many bytes were there.
    package init(reading file: any OpenFile, at offset: Int, count: Int) throws(SystemError) {
        self.init(repeating: Fingerprint(low: 0, high: 0), count: count)
        var failure: SystemError?
        unsafe withUnsafeMutableBytes { bytes in
            var target = unsafe MutableSpan<UInt8>(
                _unsafeElements: unsafe bytes.bindMemory(to: UInt8.self))
            do throws(SystemError) {
                let got = try file.read(into: &target, at: offset)
                if got < target.count { failure = .endOfFile(file.path, at: offset + got) }
            } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
