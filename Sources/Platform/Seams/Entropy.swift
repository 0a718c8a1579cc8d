internal import CLinux

/// Where the program's random bytes come from; a test's are seeded.
package protocol Entropy: Sendable {
    func bytes(_ count: Int) throws(SystemError) -> [UInt8]
}

/// The kernel's random source, `getrandom(2)`.
package struct SystemEntropy: Entropy {
    package init() {}

    package func bytes(_ count: Int) throws(SystemError) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = unsafe result.withUnsafeMutableBytes { buffer in
                unsafe clinux_random(buffer.baseAddress?.advanced(by: done), UInt64(count - done))
            }
            guard got > 0 || got == -Int64(SystemError.interruptedCode) else {
                throw SystemError(call: "getrandom", path: "", code: Int32(-got))
            }
            done += max(0, Int(got))
        }
        return result
    }
}

extension Identifier {
    /// Sixteen fresh random bytes.
    package static func random(from entropy: any Entropy) throws(SystemError) -> Self {
        let bytes = try entropy.bytes(byteCount)
        return Identifier(bytes.span)
    }
}
