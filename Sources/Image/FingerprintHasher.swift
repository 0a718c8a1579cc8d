internal import Platform

/// SHA-256 over a head and the fingerprints of blocks in order, the zero blocks' among them.
///
/// A run of zero blocks costs what SHA-256 costs for 16 bytes a block, and nothing else.
struct FingerprintHasher: ~Copyable {
    /// Fingerprints of zeros that are hashed at once: 64 KiB.
    private static let zeroesAtOnce = 4096
    private var hasher = SHA256Hasher()
    private var single: [Fingerprint] = []
    private var zeros: [Fingerprint] = []

    init(head: ByteWriter) { hasher.update(head.bytes) }

    mutating func add(_ fingerprint: Fingerprint) {
        single.append(fingerprint)
        if single.count == Self.zeroesAtOnce { flush() }
    }

    mutating func add(_ fingerprints: Span<Fingerprint>) {
        flush()
        fingerprints.withBytes { hasher.update($0) }
    }

    /// - Parameter zero: The fingerprint of one of these `count` blocks.
    mutating func add(zeros count: Int, _ zero: Fingerprint) {
        flush()
        if zeros.first != zero || zeros.count < min(count, Self.zeroesAtOnce) {
            zeros = [Fingerprint](repeating: zero, count: min(count, Self.zeroesAtOnce))
        }
        let zeros = zeros
        var left = count
        while left > 0 {
            let some = min(left, zeros.count)
            zeros.span.extracting(0..<some).withBytes { hasher.update($0) }
            left -= some
        }
    }

    consuming func finish() -> Digest256 {
        flush()
        return hasher.finish()
    }

    private mutating func flush() {
        guard !single.isEmpty else { return }
        var pending = exchange(&single, with: [])
        pending.span.withBytes { hasher.update($0) }
        pending.removeAll(keepingCapacity: true)
        single = pending
    }
}

extension FingerprintHasher {
    /// Adds `count` zero blocks, the last of which may be short.
    ///
    /// - Parameter lastLength: Of that one, in bytes.
    mutating func add(zeros count: Int, blockSize: Int, lastLength: Int, _ zeros: inout ZeroFingerprints) {
        guard count > 0 else { return }
        let isShort = lastLength < blockSize
        let whole = count - (isShort ? 1 : 0)
        if whole > 0 { add(zeros: whole, zeros.fingerprint(length: blockSize)) }
        if isShort { add(zeros.fingerprint(length: lastLength)) }
    }

    /// Adds neighbouring blocks of one extent as a signature has them.
    mutating func add(_ run: SignatureRun, _ zeros: inout ZeroFingerprints) {
        if let fingerprints = run.fingerprints {
            add(fingerprints.span)
        } else {
            add(zeros: run.count, blockSize: run.blockSize, lastLength: run.lastLength, &zeros)
        }
    }

    /// Adds neighbouring blocks as they were scanned.
    mutating func add(_ prints: BlockFingerprints, _ zeros: inout ZeroFingerprints) {
        var data = 0
        var blocks = 0
        for run in prints.runs {
            blocks += run.count
            if run.isZero {
                let end = min(blocks * prints.blockSize, prints.byteCount)
                add(
                    zeros: run.count, blockSize: prints.blockSize,
                    lastLength: end - (blocks - 1) * prints.blockSize, &zeros)
            } else {
                add(prints.fingerprints.span.extracting(data..<data + run.count))
                data += run.count
            }
        }
    }
}
