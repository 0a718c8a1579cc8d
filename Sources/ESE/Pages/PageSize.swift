/// The page sizes that databases can have.
package enum PageSize: Int, CaseIterable, Sendable, Encodable {
    case kib2 = 2048
    case kib4 = 4096
    case kib8 = 8192
    case kib16 = 16384
    case kib32 = 32768

    /// The size that a header field names; 0 means 4096.
    package init?(field: UInt32) { self.init(rawValue: field == 0 ? 4096 : Int(field)) }

    package var bytes: Int { rawValue }

    /// True for the layout with an 80-byte page header and four separately summed blocks.
    package var isLarge: Bool { rawValue > 8192 }

    package var blockCount: Int { isLarge ? 4 : 1 }
    package var blockBytes: Int { rawValue / blockCount }
    package var pageHeaderBytes: Int { isLarge ? 80 : 40 }

    /// Where database page `number` begins in the file: two header slots come first.
    package func offset(ofPage number: UInt32) -> Int { (Int(number) + 1) * rawValue }
}

/// A page that no database is without once it was created.
package enum SystemPage: UInt32, CaseIterable, Sendable, Encodable {
    case root = 1
    case ownedExtents = 2
    case availableExtents = 3
    case catalog = 4
}

extension SystemPage: CustomStringConvertible {
    package var description: String {
        switch self {
        case .root: "the root of the database"
        case .ownedExtents: "the root of its owned extents"
        case .availableExtents: "the root of its available extents"
        case .catalog: "the root of the catalog"
        }
    }
}
