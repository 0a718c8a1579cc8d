/// The XXH3-128 of one block, computed with its job's secret.
///
/// Tells changed from unchanged; never names or proves anything by itself. Stored low half first, both
/// little-endian (docs/format/signature.md, section 2).
package struct Fingerprint: Hashable, Sendable, BitwiseCopyable {
    package static let byteCount = 16
    package let low: UInt64
    package let high: UInt64

    package init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }
}
