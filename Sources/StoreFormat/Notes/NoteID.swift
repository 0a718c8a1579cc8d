/// The name of a note: what it tells of, and a number that counts up among its kind.
///
/// The kind is in the name, so that a listing says which notes there are and the few that matter are read.
package struct NoteID: Hashable, Comparable, Sendable {
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// Objects were read and hashed where they are.
        case verified = 1
        /// A point was restored and tried.
        case rehearsed = 2
        /// A point that is held is accepted.
        case released = 3
        case pinned = 4
        case unpinned = 5
        case suspended = 6
        case resumed = 7
        /// A push proved its point right after committing it; the number is the point's generation, so that none is looked for.
        case proved = 8
        /// Who makes the job's points from here on: the maker that the comment names, else the note's own.
        case adopted = 16
    }
    /// Far more than there will be.
    package static let maximumNumber: UInt64 = 1 << 48 - 1
    private static let kindShift: UInt64 = 56

    package let kind: Kind
    /// From 1.
    package let number: UInt64

    package init(_ kind: Kind, _ number: UInt64) {
        self.kind = kind
        self.number = number
    }

    /// The one note of its kind on a point, whose number is the generation.
    package init(_ kind: Kind, of generation: UInt64) {
        self.init(kind, min(generation, Self.maximumNumber))
    }

    /// As in the file's name: the kind in the upper byte.
    package var rawValue: UInt64 { UInt64(kind.rawValue) << Self.kindShift | number }

    /// Nil for a kind of a later version, and for a number that no note has.
    package init?(rawValue: UInt64) {
        guard let kind = Kind(rawValue: UInt8(rawValue >> Self.kindShift)) else { return nil }
        let number = rawValue & (1 << Self.kindShift - 1)
        guard (1...Self.maximumNumber).contains(number) else { return nil }
        self.init(kind, number)
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
