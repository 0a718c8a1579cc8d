internal import CCrypto

/// A streaming SHA-256, owned by one thread at a time.
@safe package struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer

    package init() {
        guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else {
            preconditionFailure("libcrypto has no SHA-256 or no memory")
        }
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    package mutating func update(_ bytes: Span<UInt8>) {
        let done = unsafe bytes.withUnsafeBufferPointer {
            unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count)
        }
        precondition(done == 1, "EVP_DigestUpdate fails only on a context that was not made")
    }

    package mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

    /// The digest of what came so far; more may follow.
    package func digestSoFar() -> Digest256 {
        let copy = SHA256Hasher()
        let done = unsafe EVP_MD_CTX_copy_ex(copy.context, context)
        precondition(done == 1, "EVP_MD_CTX_copy_ex fails only on a context that was not made")
        return copy.finish()
    }

    package consuming func finish() -> Digest256 {
        var out = [UInt8](repeating: 0, count: Digest256.byteCount)
        var length: UInt32 = 0
        let done = unsafe out.withUnsafeMutableBufferPointer {
            unsafe EVP_DigestFinal_ex(context, $0.baseAddress, &length)
        }
        precondition(
            done == 1 && length == 32, "EVP_DigestFinal_ex fails only on a context that was not made")
        return Digest256(out.span)
    }

    package static func hash(_ bytes: Span<UInt8>) -> Digest256 {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return hasher.finish()
    }
}
