internal import Platform

/// The mark that each write of a page moves on, so that the flush map can tell a write from the one before.
package enum FlushType: UInt8, Sendable {
    case unknown = 0
    case rock = 1
    case paper = 2
    case scissors = 3

    private static let pageFlagsShift: UInt32 = 15

    /// The type in the flags of a whole page.
    package init(of page: Span<UInt8>) {
        self.init(bits: UInt8(truncatingIfNeeded: page.uint32(at: 36) >> Self.pageFlagsShift))
    }

    /// The type in the two low bits.
    init(bits: UInt8) {
        switch bits & 3 {
        case 1: self = .rock
        case 2: self = .paper
        case 3: self = .scissors
        default: self = .unknown
        }
    }

    /// The bits of a page's flags that say this type.
    package var pageFlags: UInt32 { UInt32(rawValue) << Self.pageFlagsShift }
}

extension FlushType: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknown: "unknown"
        case .rock: "rock"
        case .paper: "paper"
        case .scissors: "scissors"
        }
    }
}

/// A page that is not the one written last, by the flush map's account (-1119).
package struct LostFlush: Equatable, Sendable, CustomStringConvertible {
    /// The flush type in the page itself; nil if the page is blank.
    package let found: FlushType?
    /// The flush type in the map; never unknown.
    package let recorded: FlushType

    package init(found: FlushType?, recorded: FlushType) {
        self.found = found
        self.recorded = recorded
    }

    package var description: String {
        let found = found.map { "flush type \($0)" } ?? "blank"
        return "lost write, \(ErrorCode.readLostFlushVerifyFailure.label): "
            + "the page is \(found), the flush map has \(recorded)"
    }
}
