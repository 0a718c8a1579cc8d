internal import StoreFormat

/// How long the packs of a push are, over a link that breaks.
///
/// Only whole packs are not shipped again: where a link breaks before two have gone over, the next are a quarter as long,
/// so that every try gets further.
package struct PackLength: Equatable, Sendable {
    private static let leastBytes = 1 << 20

    /// Length at which a pack is closed.
    package private(set) var bytes = PackBuilder.targetBytes

    package init() {}

    /// Notes that a session broke after it had sent so many bytes.
    package mutating func noteBreak(afterBytes sentBytes: Int) {
        if sentBytes < 2 * bytes { bytes = max(Self.leastBytes, bytes / 4) }
    }
}
