internal import Platform

/// The part of a page that every page size has alike (format notes 4).
package enum PageHead {
    package static let byteCount = 40

    /// The tree that a page belongs to; nil for a page that was never written, or a head that is not whole.
    package static func objectID(of head: Span<UInt8>) -> UInt32? {
        guard head.count >= byteCount else { return nil }
        let id = head.uint32(at: 24)
        return id == 0 ? nil : id
    }
}
