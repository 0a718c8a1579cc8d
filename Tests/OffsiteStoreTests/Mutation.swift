import Platform
import TestSupport
import Testing

/// Changes to the bytes of an object, none of which its reader may accept.
enum Mutation {
    /// Every truncation, every byte changed once, thousands of random changes, and bytes behind the end.
    static func expectRefused<R>(
        _ bytes: [UInt8], seed: UInt64, from start: Int = 0,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ parse: ([UInt8]) throws -> R
    ) {
        func refused(_ bytes: [UInt8], _ what: String) {
            #expect(throws: FormatError.self, "\(what)", sourceLocation: sourceLocation) { try parse(bytes) }
        }
        #expect(throws: Never.self, sourceLocation: sourceLocation) { try parse(bytes) }
        for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 2_000)) {
            refused(Array(bytes[..<count]), "cut to \(count)")
        }
        refused(bytes + [0], "one byte more")
        var generator = SeededGenerator(seed: seed)
        for number in 0..<max(bytes.count, 2_000) {
            let at = number < bytes.count ? number : Int.random(in: bytes.indices, using: &generator)
            guard at >= start else { continue }
            var changed = bytes
            changed[at] ^= UInt8.random(in: 1...255, using: &generator)
            refused(changed, "byte \(at)")
        }
    }

    /// Random bytes behind a valid start: nothing may trap, whatever it reads as.
    static func expectNoTrap<R>(_ bytes: [UInt8], seed: UInt64, _ parse: ([UInt8]) throws -> R) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...12, using: &generator) where !changed.isEmpty {
                let at = Int.random(in: changed.indices, using: &generator)
                changed[at] =
                    [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &generator)]
                    .randomElement(using: &generator) ?? 0
            }
            _ = try? parse(changed)
        }
    }

    /// The same object with section contents changed and its digest made to fit: a liar, not an accident.
    static func resigned(_ object: [UInt8]) -> [UInt8] {
        let covered = object.count - Digest256.byteCount
        guard covered > 0 else { return object }
        return Array(object[..<covered]) + SHA256Hasher.hash(object.span.extracting(0..<covered)).bytes
    }
}
